using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace GGUFPacker.Testing.Registry;

/// <summary>Docker's own registry (Debian's package docker-registry) on a loopback port, its data in a directory of its own.</summary>
public sealed class DockerRegistry : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;
    private readonly Task<string> _port;

    private DockerRegistry(string program)
    {
        // Port 0: the registry takes a free one and says which. A port that is looked up first may be another's by the time it is used.
        File.WriteAllText(_directory["config.yml"], $"""
            version: 0.1
            log:
              level: info
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: '{_directory["data"]}'
            http:
              addr: 127.0.0.1:0
            """);
        var port = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(program, ["serve", _directory["config.yml"]]) { RedirectStandardError = true, RedirectStandardOutput = true },
            EnableRaisingEvents = true,
        };
        _process.ErrorDataReceived += (_, line) => Look(line.Data);
        _process.OutputDataReceived += (_, line) => Look(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _port = port.Task;

        void Look(string? line)
        {
            const string Listening = "listening on 127.0.0.1:";
            if (line is null)
            {
                port.TrySetException(new InvalidOperationException($"docker-registry ended: {said}"));
            }
            else if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            {
                port.TrySetResult(string.Concat(line[(at + Listening.Length)..].TakeWhile(char.IsAsciiDigit)));
            }
            else
            {
                said.AppendLine(line);
            }
        }
    }

    /// <summary>Host and port, as image references have them.</summary>
    public string Host { get; private set; } = "";

    /// <summary>Starts the registry; skips the test if the program is not installed.</summary>
    public static async Task<DockerRegistry> StartAsync()
    {
        var registry = new DockerRegistry(Programs.Require("docker-registry"));
        try
        {
            registry.Host = $"localhost:{await registry._port.WaitAsync(TimeSpan.FromMinutes(2))}";
            return registry;
        }
        catch
        {
            registry.Dispose();
            throw;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"docker-registry at {Host}, process {_process.Id}");

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Dispose();
    }
}
