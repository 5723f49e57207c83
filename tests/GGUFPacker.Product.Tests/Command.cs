using System.Diagnostics;
using System.Text;

namespace GGUFPacker.Product.Tests;

/// <summary>Runs commands as a user would, in an environment that leaves the machine's own settings alone.</summary>
internal static class Command
{
    private static readonly string[] ForeignPrefixes = ["MSBuild", "GGUF", "TESTINGPLATFORM", "SOURCE_DATE_EPOCH"];
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CommandResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string directory,
        IReadOnlyDictionary<string, string> environment)
    {
        using var process = Start(file, arguments, directory, environment, out var output);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (output)
        {
            return new CommandResult($"{file} {string.Join(' ', process.StartInfo.ArgumentList)}", process.ExitCode, output.ToString());
        }
    }

    /// <summary>Starts a command.</summary>
    public static Process Start(
        string file,
        IEnumerable<string> arguments,
        string directory,
        IReadOnlyDictionary<string, string> environment,
        out StringBuilder output)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };

        // The tests themselves run below MSBuild, whose variables would reach into the builds that they start.
        bool IsForeign(string name) => ForeignPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var text = output = new StringBuilder();
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Append(object sender, DataReceivedEventArgs line)
        {
            lock (text)
            {
                text.AppendLine(line.Data);
            }
        }
    }
}
