using System.Diagnostics;
using System.Globalization;

namespace GGUFPacker.Cli.Running;

/// <summary>A program that runs on after this tool has ended, its output in a file.</summary>
internal sealed record DetachedProcess(int Id, string LogPath)
{
    private const string Sh = "/bin/sh";

    // nohup becomes the program itself, so this is the program's id; the shell ends at once and the program is nobody's child.
    private const string Script = "nohup \"$@\" >\"$0\" 2>&1 </dev/null & echo $!";

    /// <summary>Starts a program.</summary>
    /// <exception cref="UsageException">This system has no such way.</exception>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static async Task<DetachedProcess> StartAsync(
        string program, RunPlan plan, string logPath, CliEnvironment environment, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new UsageException(
                "--detach needs a container on Windows; a program runs on there if you start it with 'Start-Process' and the line that --dry-run prints.");
        }

        var start = new ProcessStartInfo(Sh, ["-c", Script, logPath, program, .. plan.Arguments])
        {
            WorkingDirectory = environment.CurrentDirectory,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in plan.Environment)
        {
            start.Environment[name] = value;
        }

        using var shell = Process.Start(start)!;
        var said = await shell.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        return int.TryParse(said.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new DetachedProcess(id, logPath)
            : throw new IOException($"{program} cannot be started.");
    }

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(Id);
                return !process.HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>Ends it.</summary>
    public void Kill()
    {
        try
        {
            using var process = Process.GetProcessById(Id);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
