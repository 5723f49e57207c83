using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Reports;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Output;

/// <summary>Estimates as a table, with gguf-packer-go's columns.</summary>
internal static class EstimateTable
{
    private static readonly ImmutableArray<string> HostColumns = ["LAYERS (I + T + O)", "UMA", "NONUMA"];
    private static readonly ImmutableArray<string> DeviceColumns = ["LAYERS (T + O)", "UMA", "NONUMA"];

    /// <summary>Writes the table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="document">The estimates.</param>
    /// <param name="isShort">Whether only the devices' columns are wanted.</param>
    public static void Write(TextWriter output, EstimateDocument document, bool isShort)
    {
        var hasSpeed = document.Rows.Any(row => row.TokensPerSecond is not null);
        var groups = new List<(string, ImmutableArray<string>)>();
        if (!isShort)
        {
            groups.AddRange(new[]
            {
                "ARCH", "CONTEXT SIZE", "BATCH SIZE (L / P)", "FLASH ATTENTION", "MMAP LOAD", "EMBEDDING ONLY", "RERANKING", "DISTRIBUTABLE", "OFFLOAD LAYERS", "FULL OFFLOADED",
            }.Select(header => (header, ImmutableArray<string>.Empty)));
            if (hasSpeed)
            {
                groups.Add(("MAX TPS", []));
            }
        }

        groups.Add(("RAM", HostColumns));
        var (devices, servers) = (0, 0);
        foreach (var device in document.Rows[0].Estimate.Devices)
        {
            groups.Add((device.Device.Kind == ComputeDeviceKind.Rpc ? Number("RPC ", servers++, " (V)RAM") : Number("VRAM ", devices++, ""), DeviceColumns));
        }

        var table = new BoxTable(groups);
        foreach (var row in document.Rows)
        {
            table.Add([.. isShort ? [] : ModelCells(document, row, hasSpeed), .. DeviceCells(row)]);
        }

        table.Write(output);
    }

    private static IEnumerable<string> ModelCells(EstimateDocument document, EstimateRow row, bool hasSpeed)
    {
        var model = row.Estimate.Model;
        var resolved = model.Resolved;
        yield return model.Architecture;
        yield return Number("", resolved.ContextSize, "");
        yield return string.Create(CultureInfo.InvariantCulture, $"{resolved.BatchSize} / {resolved.MicroBatchSize}");
        yield return resolved.FlashAttention ? "Enabled" : "Disabled";
        yield return row.Estimate.Arguments.Options.MemoryMap ? "Enabled" : "Disabled";
        yield return document.IsEmbeddingOnly ? "Yes" : "No";
        yield return document.IsReranking ? "Supported" : "Unsupported";
        yield return "Supported";
        yield return model.FullyOffloaded
            ? string.Create(CultureInfo.InvariantCulture, $"{model.OffloadedLayers} ({model.OffloadedLayers - 1} + 1)")
            : Number("", model.OffloadedLayers, "");
        yield return model.FullyOffloaded ? "Yes" : "No";
        if (hasSpeed)
        {
            yield return row.TokensPerSecond is { } speed ? string.Create(CultureInfo.InvariantCulture, $"{speed:F2} tps") : "";
        }
    }

    private static IEnumerable<string> DeviceCells(EstimateRow row)
    {
        var estimate = row.Estimate;
        var output = estimate.Model.LayerDevices[^1];
        yield return string.Create(CultureInfo.InvariantCulture, $"1 + {estimate.Host.Layers} + {(output is null ? 1 : 0)}");
        yield return GgufUnits.FormatBytes(SharedMemory.Of(estimate.Host));
        yield return GgufUnits.FormatBytes(estimate.Host.Anonymous);
        for (var i = 0; i < estimate.Devices.Length; i++)
        {
            var device = estimate.Devices[i];
            yield return string.Create(CultureInfo.InvariantCulture, $"{device.Layers} + {(output == i ? 1 : 0)}");
            yield return GgufUnits.FormatBytes(SharedMemory.Of(device));
            yield return GgufUnits.FormatBytes(device.Anonymous);
        }
    }

    private static string Number(string before, int number, string after) => string.Create(CultureInfo.InvariantCulture, $"{before}{number}{after}");
}
