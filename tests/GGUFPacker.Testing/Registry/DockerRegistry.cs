using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GGUFPacker.Testing.Registry;

/// <summary>Docker's own registry (Debian's package docker-registry) on a loopback port, its data in a directory of its own.</summary>
public sealed class DockerRegistry : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Process _process;

    private DockerRegistry(string program)
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Host = $"localhost:{((IPEndPoint)listener.LocalEndpoint).Port}";
        }

        File.WriteAllText(_directory["config.yml"], $"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: '{_directory["data"]}'
            http:
              addr: {Host}
            """);
        _process = Process.Start(
            new ProcessStartInfo(program, ["serve", _directory["config.yml"]]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Host and port, as image references have them.</summary>
    public string Host { get; }

    /// <summary>Starts the registry; skips the test if the program is not installed.</summary>
    public static async Task<DockerRegistry> StartAsync()
    {
        var registry = new DockerRegistry(Programs.Require("docker-registry"));
        using var http = new HttpClient();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var response = await http.GetAsync(new Uri($"http://{registry.Host}/v2/"));
                return registry;
            }
            catch (HttpRequestException) when (attempt < 200 && !registry._process.HasExited)
            {
                await Task.Delay(50);
            }
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
