using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Reports;

/// <summary>
/// A report as JSON. The members that gguf-packer-go writes come first, under its names and with its meaning; what it does not have stands beside them. The
/// form is documented in docs/estimate.md: members are added, never renamed or removed, without a new number in <c>schema</c>.
/// </summary>
public static class EstimateJson
{
    /// <summary>The number of the form.</summary>
    public const int Schema = 1;

    /// <summary>Writes a report.</summary>
    public static void Write(Utf8JsonWriter writer, EstimateDocument document)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(document);
        var first = document.Rows[0].Estimate;
        var resolved = first.Model.Resolved;
        writer.WriteStartObject();
        writer.WriteStartArray("items");
        foreach (var row in document.Rows)
        {
            WriteRow(writer, row);
        }

        writer.WriteEndArray();
        writer.WriteString("type", document.Type);
        writer.WriteString("architecture", first.Model.Architecture);
        writer.WriteNumber("contextSize", resolved.ContextSize);
        writer.WriteBoolean("flashAttention", resolved.FlashAttention);
        writer.WriteBoolean("noMMap", !first.Arguments.Options.MemoryMap);
        writer.WriteBoolean("embeddingOnly", document.IsEmbeddingOnly);
        writer.WriteBoolean("reranking", document.IsReranking);

        // llama.cpp's RPC servers are asked what a tensor takes, so every model can be spread over them.
        writer.WriteBoolean("distributable", true);
        writer.WriteNumber("logicalBatchSize", resolved.BatchSize);
        writer.WriteNumber("physicalBatchSize", resolved.MicroBatchSize);

        writer.WriteNumber("schema", Schema);
        writer.WriteString("name", document.Name);
        writer.WriteNumber("tensorBytes", document.TensorBytes);
        writer.WriteStartObject("engine");
        writer.WriteString("name", first.Arguments.Engine.Name);
        writer.WriteString("version", first.Arguments.Engine.Version);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter writer, EstimateRow row)
    {
        var estimate = row.Estimate;
        var layers = estimate.Model.LayerDevices;
        writer.WriteStartObject();
        writer.WriteNumber("offloadLayers", estimate.Model.OffloadedLayers);
        writer.WriteBoolean("fullOffloaded", estimate.Model.FullyOffloaded);
        if (row.TokensPerSecond is { } speed)
        {
            writer.WriteNumber("maximumTokensPerSecond", speed);
        }

        writer.WriteStartObject("ram");
        WriteDevice(writer, estimate.Host, layers, null, 0);
        writer.WriteEndObject();
        writer.WriteStartArray("vrams");
        for (var i = 0; i < estimate.Devices.Length; i++)
        {
            writer.WriteStartObject();
            WriteDevice(writer, estimate.Devices[i], layers, i, PositionOf(estimate.Devices, i));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (row.Fits is { } fits)
        {
            writer.WriteBoolean("fits", fits);
        }

        writer.WriteString("confidence", NameOf(estimate.Confidence));
        WriteResolved(writer, estimate);
        writer.WriteStartArray("parts");
        foreach (var part in estimate.Parts)
        {
            WritePart(writer, part);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteDevice(Utf8JsonWriter writer, DeviceMemory memory, ImmutableArray<int?> layers, int? index, int position)
    {
        writer.WriteNumber("handleLayers", memory.Layers);
        writer.WriteNumber("handleLastLayer", layers[..^1].LastIndexOf(index));
        writer.WriteBoolean("handleOutputLayer", layers[^1] == index);
        writer.WriteBoolean("remote", memory.Device.Kind == ComputeDeviceKind.Rpc);
        writer.WriteNumber("position", position);
        writer.WriteNumber("uma", SharedMemory.Of(memory));
        writer.WriteNumber("nonuma", memory.Anonymous);

        writer.WriteString("name", memory.Device.Name);
        writer.WriteString("kind", NameOf(memory.Device.Kind));
        if (memory.Device.MemoryBytes > 0)
        {
            writer.WriteNumber("memory", memory.Device.MemoryBytes);
        }

        writer.WriteNumber("weights", memory.Weights);
        writer.WriteNumber("mappedWeights", memory.MappedWeights);
        writer.WriteNumber("kv", memory.Cache);
        writer.WriteNumber("compute", memory.Compute);
        writer.WriteNumber("staging", memory.Staging);
        writer.WriteNumber("output", memory.Output);
        writer.WriteNumber("footprint", memory.Footprint);
        writer.WriteNumber("total", memory.Total);
    }

    private static void WriteResolved(Utf8JsonWriter writer, EngineEstimate estimate)
    {
        var resolved = estimate.Model.Resolved;
        writer.WriteStartObject("resolved");
        writer.WriteNumber("n_ctx", resolved.ContextSize);
        writer.WriteNumber("n_ctx_seq", resolved.ContextPerSequence);
        writer.WriteNumber("n_batch", resolved.BatchSize);
        writer.WriteNumber("n_ubatch", resolved.MicroBatchSize);
        writer.WriteNumber("n_outputs", resolved.Outputs);
        writer.WriteNumber("n_seq", resolved.Sequences);
        writer.WriteNumber("n_gpu_layers", estimate.Model.OffloadedLayers);
        writer.WriteBoolean("kv_unified", resolved.UnifiedCache);
        writer.WriteBoolean("flash_attention", resolved.FlashAttention);
        writer.WriteNumber("pipeline", resolved.PipelineCopies);
        writer.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter writer, EnginePart part)
    {
        writer.WriteStartObject();
        writer.WriteString("role", part.Role switch
        {
            EngineRole.Model => "model",
            EngineRole.Drafter => "drafter",
            EngineRole.Projector => "projector",
            EngineRole.Adapter => "adapter",
            _ => "controlVector",
        });
        writer.WriteString("architecture", part.Architecture);
        writer.WriteString("confidence", NameOf(part.Confidence));
        writer.WriteNumber("ram", part.Host.Allocated);
        writer.WriteStartArray("vrams");
        foreach (var device in part.Devices)
        {
            writer.WriteNumberValue(device.Allocated);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Servers elsewhere and devices here are counted apart.
    internal static int PositionOf(ImmutableArray<DeviceMemory> devices, int index) =>
        devices[..index].Count(device => (device.Device.Kind == ComputeDeviceKind.Rpc) == (devices[index].Device.Kind == ComputeDeviceKind.Rpc));

    private static string NameOf(EstimateConfidence confidence) => confidence == EstimateConfidence.Exact ? "exact" : "approximate";

    private static string NameOf(ComputeDeviceKind kind) => kind switch
    {
        ComputeDeviceKind.Cpu => "cpu",
        ComputeDeviceKind.Cuda => "cuda",
        ComputeDeviceKind.Metal => "metal",
        ComputeDeviceKind.Vulkan => "vulkan",
        ComputeDeviceKind.Sycl => "sycl",
        _ => "rpc",
    };
}
