using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Estimation.Tests;

/// <summary>One row of the estimate folder's .jsonl files: what the real llama.cpp allocated for a model with some options.</summary>
internal sealed record EstimateGolden(int Line, string Model, EstimateOptions Options, ImmutableArray<ComputeDevice> Devices, JsonElement Expected)
{
    private const long Gibibyte = 1L << 30;

    private static readonly ConcurrentDictionary<string, ModelHeader> Headers = new(StringComparer.Ordinal);
    private static readonly Lazy<string[]> Lines = new(() => [.. Goldens.Files("estimate", "*.jsonl").SelectMany(File.ReadLines)]);

    private static readonly Lazy<Dictionary<string, DraftTarget?>> Targets = new(() => Lines.Value.Where(line => line.Contains("\"target\"", StringComparison.Ordinal))
        .Select(line => JsonDocument.Parse(line).RootElement).DistinctBy(row => row.GetProperty("model").GetString())
        .ToDictionary(row => row.GetProperty("model").GetString()!, ReadTarget));

    /// <summary>The rows' numbers, with something that tells them apart.</summary>
    public static IEnumerable<(int Line, string Description)> Rows => Lines.Value.Index().Where(entry => entry.Item.Length > 0).Select(entry => (entry.Index, Describe(entry.Item)));

    /// <summary>The models whose headers are there.</summary>
    public static IEnumerable<string> Models => Goldens.Files("estimate/headers", "*.header.gz").Select(file => Path.GetFileName(file)[..^".header.gz".Length]);

    /// <summary>The model's header.</summary>
    public ModelHeader Header => HeaderOf(Model);

    /// <summary>A model's header: that of the goldens in use, or else the repository's own.</summary>
    public static ModelHeader HeaderOf(string model) => Headers.GetOrAdd(model, static model =>
    {
        string[] name = ["estimate", "headers", model + ".header.gz"];
        var path = Goldens.Path(name);
        using var file = new GZipStream(File.OpenRead(File.Exists(path) ? path : Goldens.InRepository(name)), CompressionMode.Decompress);
        var header = GgufHeader.Read(file, model);
        return new ModelHeader(header.Metadata, header.Tensors);
    });

    /// <summary>The model beside which a drafter was loaded; null for a model that was loaded alone.</summary>
    public static DraftTarget? TargetOf(string model) => Targets.Value.GetValueOrDefault(model);

    /// <summary>Reads a row.</summary>
    public static EstimateGolden Read(int line)
    {
        var row = JsonDocument.Parse(Lines.Value[line]).RootElement;
        var options = row.GetProperty("options");
        var devices = row.GetProperty("gpus_gib").EnumerateArray()
            .Select((size, i) => new ComputeDevice($"GPU{i}", ComputeDeviceKind.Cuda, size.GetInt64() * Gibibyte)).ToImmutableArray();
        var read = ReadOptions(options) with { DryRun = !row.GetProperty("allocated").GetBoolean(), Target = ReadTarget(row) };
        return new EstimateGolden(line, row.GetProperty("model").GetString()!, read, devices, row);
    }

    // The rows leave out what is llama.cpp's default, but for sliding windows (not whole) and mapping (off).
    private static EstimateOptions ReadOptions(JsonElement row) => new()
    {
        ContextSize = Integer(row, "n_ctx", 512),
        BatchSize = Integer(row, "n_batch", 2048),
        MicroBatchSize = Integer(row, "n_ubatch", 512),
        Sequences = Integer(row, "n_seq", 1),
        UnifiedCache = Integer(row, "unified", 0) != 0,
        Outputs = Integer(row, "n_out", 0),
        RecurrentSnapshots = Integer(row, "n_rs", 0),
        RepackWeights = Integer(row, "repack", 1) != 0,
        FlashAttention = Integer(row, "fa", -1) switch { 0 => FlashAttention.Off, 1 => FlashAttention.On, _ => FlashAttention.Auto },
        KeyType = Type(row, "ctk"),
        ValueType = Type(row, "ctv"),
        FullSlidingWindow = Integer(row, "swa_full", 0) != 0,
        DeviceLayers = Integer(row, "ngl", -1),
        OffloadCache = Integer(row, "kvo", 1) != 0,
        OffloadOperations = Integer(row, "opo", 1) != 0,
        TensorOverrides = row.TryGetProperty("ot", out var pattern) ? [new TensorOverride(pattern.GetString()!, null)] : [],
        TensorSplit = row.TryGetProperty("ts", out var split) ? [.. split.GetString()!.Split(',').Select(share => float.Parse(share, System.Globalization.CultureInfo.InvariantCulture))] : [],
        MainDevice = Integer(row, "mg", 0),
        SplitMode = Integer(row, "sm", 1) switch { 0 => SplitMode.None, 1 => SplitMode.Layer, _ => SplitMode.Row },
        LoadPrediction = Integer(row, "load_mtp", 0) != 0 || Integer(row, "mtp", 0) != 0,
        PredictionContext = Integer(row, "mtp", 0) != 0,
        Embeddings = Integer(row, "embd", 0) != 0,
        KeptLayerInputs = row.TryGetProperty("layer_inp", out var kept) ? [.. kept.GetString()!.Split(',').Select(int.Parse)] : [],
        MemoryMap = Integer(row, "mmap", 0) != 0,
    };

    // A drafter's rows name the model beside which it was loaded.
    private static DraftTarget? ReadTarget(JsonElement row) =>
        row.TryGetProperty("target", out var target) ? new DraftTarget(HeaderOf(target.GetProperty("model").GetString()!), ReadOptions(target.GetProperty("options"))) : null;

    private static int Integer(JsonElement row, string name, int otherwise) => row.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;

    private static TensorType Type(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && TensorTypes.TryParse(value.GetString(), out var type) ? type : TensorType.F16;

    private static string Describe(string json)
    {
        var row = JsonDocument.Parse(json).RootElement;
        return $"{row.GetProperty("model").GetString()} {row.GetProperty("gpus_gib")} {row.GetProperty("options")}";
    }
}
