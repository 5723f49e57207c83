using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Cli.Estimates;

/// <summary>The devices of an estimate, as flags and arguments describe them.</summary>
internal static class DeviceList
{
    private const int MaxDevices = 64;

    /// <summary>Makes the devices.</summary>
    /// <param name="devices">
    /// <c>[KIND:]SIZE,…</c>, where a size of 0 is unknown; <c>none</c> for the CPU alone. Null for as many as the tensor split has shares, or one.
    /// </param>
    /// <param name="host">The host's memory in bytes; 0 if unknown.</param>
    /// <param name="arguments">The engine's arguments.</param>
    /// <param name="metrics">How fast they are: the host first; the last one counts for those that follow.</param>
    /// <exception cref="UsageException">They contradict each other.</exception>
    public static ImmutableArray<ComputeDevice> Create(string? devices, long host, EngineArguments arguments, IReadOnlyList<DeviceMetric> metrics)
    {
        var shares = arguments.Options.TensorSplit.Length;
        if (shares > 0 && arguments.RpcServers.Length > shares)
        {
            throw new UsageException("--rpc has more items than --tensor-split.");
        }

        foreach (var server in arguments.RpcServers)
        {
            if (server.Split(':') is not [{ Length: > 0 }, var port] || !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw new UsageException($"--rpc has invalid host:port: '{server}'.");
            }
        }

        var local = devices is not null ? [.. Parse(devices)]
            : Unknown(shares > 0 ? shares - arguments.RpcServers.Length : arguments.DeviceCount ?? 1);
        var all = arguments.RpcServers.Select((_, i) => new ComputeDevice(Name("RPC", i), ComputeDeviceKind.Rpc, 0))
            .Concat(local.Select((device, i) => new ComputeDevice(Name("GPU", i), device.Kind, device.Bytes)))
            .Prepend(new ComputeDevice("CPU", ComputeDeviceKind.Cpu, host))
            .Select((device, i) => metrics.Count == 0 ? device : device with { BytesPerSecond = metrics[Math.Min(i, metrics.Count - 1)].BytesPerSecond })
            .ToImmutableArray();
        if (all.Length - 1 > MaxDevices)
        {
            throw new UsageException($"There are {all.Length - 1} devices; llama.cpp takes at most {MaxDevices}.");
        }

        if (shares > all.Length - 1)
        {
            throw new UsageException($"--tensor-split has {shares} items for {all.Length - 1} devices.");
        }

        return arguments.Options.MainDevice == 0 || arguments.Options.MainDevice < Math.Max(shares, all.Length - 1)
            ? all
            : throw new UsageException("--main-gpu must be less than item size of --tensor-split.");
    }

    private static (ComputeDeviceKind Kind, long Bytes)[] Unknown(int count) =>
        [.. Enumerable.Repeat((ComputeDeviceKind.Cuda, 0L), Math.Min(count, MaxDevices + 1))];

    private static IEnumerable<(ComputeDeviceKind Kind, long Bytes)> Parse(string devices)
    {
        if (devices.Trim() == "none")
        {
            yield break;
        }

        foreach (var device in devices.Split(','))
        {
            var colon = device.IndexOf(':', StringComparison.Ordinal);
            var kind = colon < 0 ? ComputeDeviceKind.Cuda : device[..colon].Trim().ToUpperInvariant() switch
            {
                "CUDA" or "ROCM" or "HIP" or "MUSA" => ComputeDeviceKind.Cuda,
                "METAL" => ComputeDeviceKind.Metal,
                "VULKAN" => ComputeDeviceKind.Vulkan,
                "SYCL" => ComputeDeviceKind.Sycl,
                _ => throw new UsageException($"--devices has the unknown kind '{device[..colon]}'; there are cuda, rocm, metal, vulkan and sycl."),
            };
            yield return (kind, Sizes.Parse("--devices", device[(colon + 1)..]));
        }
    }

    private static string Name(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}{number}");
}
