using System.ComponentModel;
using System.Diagnostics;

namespace GGUFPacker.Oci.Registry.Authentication;

/// <summary>Docker's credential helpers: programs <c>docker-credential-NAME</c> that get a registry on their input and write JSON.</summary>
internal static class CredentialHelper
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks a helper, which is looked for in the directories of <paramref name="path"/>.</summary>
    /// <returns>Its JSON; null if it has nothing for the registry.</returns>
    public static async Task<string?> GetAsync(string name, string registry, string? path, CancellationToken cancellationToken)
    {
        if (name.AsSpan().ContainsAny('/', '\\'))
        {
            throw new RegistryException($"The credential helper '{name}' is not a plain name.");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_patience);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Find($"docker-credential-{name}", path), ["get"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        try
        {
            process.Start();
            await process.StandardInput.WriteAsync(registry.AsMemory(), timeout.Token).ConfigureAwait(false);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            var answer = await output.ConfigureAwait(false);
            if (process.ExitCode == 0)
            {
                return answer;
            }

            // By the helpers' protocol, this sentence is how "none" is said.
            if (answer.Contains("credentials not found", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            var said = $"{answer.Trim()} {(await error.ConfigureAwait(false)).Trim()}".Trim();
            throw new RegistryException($"The credential helper docker-credential-{name} failed for {registry}: {said}");
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            throw new RegistryException($"The credential helper docker-credential-{name} cannot be run: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception)
        {
            process.Kill();
            cancellationToken.ThrowIfCancellationRequested();
            throw new RegistryException($"The credential helper docker-credential-{name} did not answer within {s_patience.TotalSeconds} seconds.", exception);
        }
    }

    // A full path: the directory of this process and the current one, where Windows would look first, are no place for a helper.
    private static string Find(string program, string? path)
    {
        var file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(d => Path.Combine(d, file)).FirstOrDefault(File.Exists)
            ?? throw new RegistryException($"The credential helper {program}, which Docker's config names, is not on the PATH.");
    }
}
