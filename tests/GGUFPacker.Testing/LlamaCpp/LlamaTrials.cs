using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace GGUFPacker.Testing.LlamaCpp;

/// <summary>
/// Tells whether the real llama.cpp loads and runs models, in one process for many of them (<see cref="LlamaTrialProgram"/>).
/// Where a model makes the library end its process, the next one gets a new process.
/// </summary>
public sealed class LlamaTrials : IDisposable
{
    private readonly ConcurrentQueue<string> _errors = new();
    private Process? _process;

    /// <summary>Tries a model, or an adapter on its base; null if it loads and runs, otherwise what is wrong.</summary>
    /// <param name="modelPath">The model.</param>
    /// <param name="adapterPath">The adapter, which must change what the model says.</param>
    /// <param name="cancellationToken">Cancels the waiting, and ends the process.</param>
    public async Task<string?> TryAsync(string modelPath, string? adapterPath, CancellationToken cancellationToken)
    {
        var process = _process ??= Start();
        try
        {
            await process.StandardInput.WriteLineAsync((adapterPath is null ? modelPath : $"{modelPath}\t{adapterPath}").AsMemory(), cancellationToken);
            await process.StandardInput.FlushAsync(cancellationToken);
            if (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } answer)
            {
                return answer.Length > 0 ? answer : null;
            }

            await process.WaitForExitAsync(cancellationToken);
            var reason = $"The process ended with {process.ExitCode}: {string.Join(" | ", _errors)}";
            End();
            return reason;
        }
        catch (OperationCanceledException)
        {
            End();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => End();

    private Process Start()
    {
        _errors.Clear();
        var name = typeof(LlamaTrialProgram).Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : "");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, name))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };

        // Otherwise a failed assertion calls a debugger.
        start.Environment["GGML_NO_BACKTRACE"] = "1";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
            {
                _errors.Enqueue(text);
            }
        };
        process.BeginErrorReadLine();
        return process;
    }

    private void End()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        _process = null;
    }
}
