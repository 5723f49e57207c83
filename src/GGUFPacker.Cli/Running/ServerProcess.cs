using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace GGUFPacker.Cli.Running;

/// <summary>A program that runs as long as this tool does: its output is the tool's, and it ends with it.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int SigTerm = 15;

    // Ctrl+C reaches the program as well as this tool; a second signal would make llama-server give up at once.
    private static readonly TimeSpan s_ownWay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(12);

    private readonly Process _process;
    private readonly TimeProvider _time;

    private ServerProcess(Process process, TimeProvider time) => (_process, _time) = (process, time);

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a program.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static ServerProcess Start(string program, RunPlan plan, CliEnvironment environment)
    {
        var start = new ProcessStartInfo(program, plan.Arguments)
        {
            WorkingDirectory = environment.CurrentDirectory,
            RedirectStandardOutput = !environment.OwnsStreams,
            RedirectStandardError = !environment.OwnsStreams,
        };
        foreach (var (name, value) in plan.Environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            process.Dispose();
            throw new IOException($"{program} cannot be started: {error.Message}", error);
        }

        if (!environment.OwnsStreams)
        {
            Forward(process, environment);
        }

        return new ServerProcess(process, environment.Time);
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Ends the program: it may do so by itself, is then asked to, and is ended at last.</summary>
    /// <param name="ask">Asks it to end, where a signal does not reach it; null for the signal.</param>
    public async Task StopAsync(Func<Task>? ask = null)
    {
        if (await EndsWithinAsync(s_ownWay).ConfigureAwait(false))
        {
            return;
        }

        if (ask is not null)
        {
            await ask().ConfigureAwait(false);
        }
        else if (!OperatingSystem.IsWindows())
        {
            _ = Kill(_process.Id, SigTerm);
        }

        if ((ask is null && OperatingSystem.IsWindows()) || !await EndsWithinAsync(s_patience).ConfigureAwait(false))
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    private async Task<bool> EndsWithinAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(patience, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static void Forward(Process process, CliEnvironment environment)
    {
        process.OutputDataReceived += (_, line) => Write(environment.Console.Out, line.Data);
        process.ErrorDataReceived += (_, line) => Write(environment.Console.Error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        static void Write(TextWriter writer, string? line)
        {
            if (line is not null)
            {
                writer.WriteLine(line);
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
