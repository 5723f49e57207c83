using System.Diagnostics;
using System.Text.Json;

namespace GGUFPacker.Cli.Running;

/// <summary>The docker command, which finds the daemon by its own contexts and variables.</summary>
internal static class DockerProgram
{
    /// <summary>The program's name.</summary>
    public const string Name = "docker";

    private const string GpuDevices = "nvidia.com/gpu=";

    /// <summary>Whether the daemon hands out NVIDIA's GPUs; false if it cannot be asked.</summary>
    public static async Task<bool> HasGpusAsync(string program, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await RunAsync(program, ["info", "--format", "{{json .}}"], cancellationToken).ConfigureAwait(false);
        return exitCode == 0 && ListsGpus(output);
    }

    /// <summary>Ends a container; it has some seconds to do so by itself.</summary>
    public static Task StopAsync(string program, string container, CancellationToken cancellationToken) =>
        RunAsync(program, ["stop", "-t", "10", container], cancellationToken);

    /// <summary>Whether a container is there and runs.</summary>
    public static async Task<bool> IsRunningAsync(string program, string container, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await RunAsync(program, ["inspect", "--format", "{{.State.Running}}", container], cancellationToken).ConfigureAwait(false);
        return exitCode == 0 && output.Trim() == "true";
    }

    // The runtime that the NVIDIA container toolkit registers, or the devices that newer daemons find by themselves.
    private static bool ListsGpus(string info)
    {
        try
        {
            using var json = JsonDocument.Parse(info);
            return json.RootElement is { ValueKind: JsonValueKind.Object } root
                && ((root.TryGetProperty("Runtimes", out var runtimes) && runtimes.ValueKind == JsonValueKind.Object && runtimes.TryGetProperty("nvidia", out _))
                    || (root.TryGetProperty("DiscoveredDevices", out var devices) && devices.ValueKind == JsonValueKind.Array
                        && devices.EnumerateArray().Any(device => device.ValueKind == JsonValueKind.Object && device.TryGetProperty("ID", out var id)
                            && id.ValueKind == JsonValueKind.String && id.GetString()!.StartsWith(GpuDevices, StringComparison.Ordinal))));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await error.ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, output);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
