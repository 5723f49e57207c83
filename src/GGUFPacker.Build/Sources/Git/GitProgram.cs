using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>
/// The <c>git</c> program of this machine: it has the user's credentials, proxies and certificates. It never asks, and speaks no protocol that a remote's
/// address could abuse.
/// </summary>
internal sealed class GitProgram
{
    private const int MaxErrorText = 16 << 10;

    /// <summary>Runs git and gives what it prints.</summary>
    /// <exception cref="SourceException">There is no git, or it fails.</exception>
    public async Task<string> RunAsync(string? directory, IEnumerable<string> arguments, string input, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        await RunAsync(directory, arguments, input, text.WriteAsync, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Runs git and hands on what it prints, as it comes.</summary>
    /// <exception cref="SourceException">There is no git, or it fails.</exception>
    public async Task RunAsync(
        string? directory,
        IEnumerable<string> arguments,
        string input,
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output,
        CancellationToken cancellationToken)
    {
        using var process = Start(directory, arguments);
        using var stop = cancellationToken.Register(() => Kill(process));
        try
        {
            var error = ReadErrorAsync(process.StandardError);
            var sent = SendAsync(process, input);
            var buffer = new byte[128 << 10];
            int read;
            while ((read = await process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await output(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            await sent.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new SourceException(
                    $"git {CommandOf(process.StartInfo.ArgumentList)} failed: {AddressLogin.Remove((await error.ConfigureAwait(false)).Trim())}");
            }
        }
        finally
        {
            Kill(process);
        }
    }

    private static string CommandOf(IList<string> arguments)
    {
        var index = 0;
        while (arguments[index] == "-c")
        {
            index += 2;
        }

        return arguments[index];
    }

    private static Process Start(string? directory, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            WorkingDirectory = directory ?? "",
        };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "http:https:git:ssh";
        start.Environment["GIT_LFS_SKIP_SMUDGE"] = "1";
        start.Environment["LC_ALL"] = "C";
        start.Environment.TryAdd("GIT_SSH_COMMAND", "ssh -o BatchMode=yes");
        foreach (var name in (string[])["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
        {
            start.Environment.Remove(name);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new SourceException(
                "A git repository needs the program 'git', which is not on PATH. Install it, or add the repository as a directory of the context.", exception);
        }
    }

    private static async Task SendAsync(Process process, string input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit status tells why.
        }
    }

    private static async Task<string> ReadErrorAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            text.Append(buffer, 0, Math.Min(read, Math.Max(0, MaxErrorText - text.Length)));
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
