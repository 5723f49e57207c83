using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Engines;

/// <summary>Reads llama-server's arguments (common/arg.cpp, v0.5.0).</summary>
internal sealed class EngineArgumentReader(EngineArguments start, IReadOnlyList<string> arguments)
{
    private const string Experts = @"\.ffn_(up|down|gate|gate_up)_(ch|)exps";
    private const string DenseFeedForward = @"\.ffn_(up|down|gate)\.";
    private const int MaxLayers = 4096;

    // kv_cache_types
    private static readonly TensorType[] CacheTypes =
    [
        TensorType.F32, TensorType.F16, TensorType.BF16, TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.IQ4_NL, TensorType.Q5_0, TensorType.Q5_1,
    ];

    private EngineArguments _read = start;
    private int _next;

    public EngineArguments Read()
    {
        while (_next < arguments.Count)
        {
            var option = arguments[_next++];
            _ = ReadContext(option) || ReadPlacement(option) || ReadFile(option) || ReadDrafter(option);
        }

        return _read;
    }

    private bool ReadContext(string option)
    {
        switch (option)
        {
            case "-c" or "--ctx-size":
                var context = Integer(option, 0);
                Set(options => options with { ContextSize = context });
                return true;
            case "-b" or "--batch-size":
                var batch = Integer(option, 0);
                Set(options => options with { BatchSize = batch });
                return true;
            case "-ub" or "--ubatch-size":
                var microBatch = Integer(option, 0);
                Set(options => options with { MicroBatchSize = microBatch });
                return true;
            case "-np" or "--parallel":
                var slots = Integer(option, -1);
                _read = _read with { Sequences = slots < 0 ? null : Math.Max(1, slots) };
                return true;
            case "-kvu" or "--kv-unified":
                _read = _read with { UnifiedCache = true };
                return true;
            case "-no-kvu" or "--no-kv-unified":
                _read = _read with { UnifiedCache = false };
                return true;
            case "-fa" or "--flash-attn":
                var attention = FlashAttentionOf();
                Set(options => options with { FlashAttention = attention });
                return true;
            case "-ctk" or "--cache-type-k":
                var key = CacheType(option);
                Set(options => options with { KeyType = key });
                return true;
            case "-ctv" or "--cache-type-v":
                var value = CacheType(option);
                Set(options => options with { ValueType = value });
                return true;
            case "--swa-full":
                Set(options => options with { FullSlidingWindow = true });
                return true;
            case "--embedding" or "--embeddings" or "--rerank" or "--reranking":
                Set(options => options with { Embeddings = true });
                return true;
            default:
                return false;
        }
    }

    private bool ReadPlacement(string option)
    {
        switch (option)
        {
            case "-ngl" or "--gpu-layers" or "--n-gpu-layers":
                var layers = Layers(option);
                Set(options => options with { DeviceLayers = layers });
                return true;
            case "-ts" or "--tensor-split":
                var split = Split(option);
                Set(options => options with { TensorSplit = split });
                return true;
            case "-mg" or "--main-gpu":
                var main = Integer(option, 0);
                Set(options => options with { MainDevice = main });
                return true;
            case "-sm" or "--split-mode":
                var mode = Value(option) switch { "none" => SplitMode.None, "layer" => SplitMode.Layer, "row" => SplitMode.Row, var other => throw Wrong(option, other, "none, layer or row") };
                Set(options => options with { SplitMode = mode });
                return true;
            case "-dev" or "--device":
                var devices = Value(option);
                _read = _read with { DeviceCount = devices == "none" ? 0 : devices.Split(',').Length };
                return true;
            case "--rpc":
                _read = _read with { RpcServers = [.. Value(option).Split(',', StringSplitOptions.RemoveEmptyEntries)] };
                return true;
            case "-nkvo" or "--no-kv-offload" or "-kvo" or "--kv-offload":
                Set(options => options with { OffloadCache = option is "-kvo" or "--kv-offload" });
                return true;
            case "--no-op-offload" or "--op-offload":
                Set(options => options with { OffloadOperations = option == "--op-offload" });
                return true;
            case "-nr" or "--no-repack" or "--repack":
                Set(options => options with { RepackWeights = option == "--repack" });
                return true;
            case "--no-host":
                Set(options => options with { PinnedHostMemory = false });
                return true;
            case "--no-mmap" or "--mmap":
                Set(options => options with { MemoryMap = option == "--mmap" });
                return true;
            case "-lm" or "--load-mode":
                var load = Value(option);
                Set(options => options with { MemoryMap = load is "auto" or "mmap" or "mmap+mlock" });
                return true;
            case "-ot" or "--override-tensor":
                var overrides = Overrides(option);
                Set(options => options with { TensorOverrides = options.TensorOverrides.AddRange(overrides) });
                return true;
            case "-cmoe" or "--cpu-moe":
                Set(options => options with { TensorOverrides = options.TensorOverrides.Add(new TensorOverride(Experts, null)) });
                return true;
            case "-ncmoe" or "--n-cpu-moe" or "-ncffn" or "--n-cpu-ffn":
                var first = OfFirstLayers(Integer(option, 0), option is "-ncmoe" or "--n-cpu-moe" ? Experts : DenseFeedForward);
                Set(options => options with { TensorOverrides = options.TensorOverrides.AddRange(first) });
                return true;
            default:
                return false;
        }
    }

    private bool ReadFile(string option)
    {
        switch (option)
        {
            case "-m" or "--model":
                _read = _read with { Model = Value(option) };
                return true;
            case "-mm" or "--mmproj":
                _read = _read with { Projector = Value(option) };
                return true;
            case "--no-mmproj":
                _read = _read with { Projector = null };
                return true;
            case "--mmproj-offload" or "--no-mmproj-offload":
                _read = _read with { OffloadProjector = option == "--mmproj-offload" };
                return true;
            case "--lora" or "--lora-scaled":
                _read = _read with { Adapters = _read.Adapters.AddRange(Files(option, option == "--lora-scaled")) };
                return true;
            case "--control-vector" or "--control-vector-scaled":
                _read = _read with { ControlVectors = _read.ControlVectors.AddRange(Files(option, option == "--control-vector-scaled")) };
                return true;
            default:
                return false;
        }
    }

    private bool ReadDrafter(string option)
    {
        switch (option)
        {
            case "-md" or "--model-draft" or "--spec-draft-model":
                _read = _read with { Drafter = Value(option) };
                return true;
            case "-ngld" or "--gpu-layers-draft" or "--n-gpu-layers-draft" or "--spec-draft-ngl":
                _read = _read with { DrafterLayers = Layers(option) };
                return true;
            case "-ctkd" or "--cache-type-k-draft" or "--spec-draft-type-k":
                _read = _read with { DrafterKeyType = CacheType(option) };
                return true;
            case "-ctvd" or "--cache-type-v-draft" or "--spec-draft-type-v":
                _read = _read with { DrafterValueType = CacheType(option) };
                return true;
            case "--spec-draft-n-max" or "--draft" or "--draft-n" or "--draft-max":
                _read = _read with { DraftTokens = Integer(option, 0) };
                return true;
            case "-otd" or "--override-tensor-draft" or "--spec-draft-override-tensor":
                _read = _read with { DrafterOverrides = _read.DrafterOverrides.AddRange(Overrides(option)) };
                return true;
            case "-cmoed" or "--cpu-moe-draft" or "--spec-draft-cpu-moe":
                _read = _read with { DrafterOverrides = _read.DrafterOverrides.Add(new TensorOverride(Experts, null)) };
                return true;
            default:
                return false;
        }
    }

    private void Set(Func<EstimateOptions, EstimateOptions> change) => _read = _read with { Given = change(_read.Given) };

    private string Value(string option) => _next < arguments.Count ? arguments[_next++] : throw new EstimateException($"{option} has no value.");

    private int Integer(string option, int least)
    {
        var text = Value(option);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least
            ? value
            : throw Wrong(option, text, least <= 0 ? $"a number from {least}" : "a positive number");
    }

    private int Layers(string option)
    {
        var text = Value(option);
        return text is "auto" or "all" ? -1
            : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? Math.Max(-1, value)
            : throw Wrong(option, text, "a number, auto or all");
    }

    // Older releases had a flag without a value.
    private FlashAttention FlashAttentionOf()
    {
        FlashAttention? given = _next < arguments.Count
            ? arguments[_next] switch
            {
                "on" or "enabled" or "true" or "1" => FlashAttention.On,
                "off" or "disabled" or "false" or "0" => FlashAttention.Off,
                "auto" or "-1" => FlashAttention.Auto,
                _ => null,
            }
            : null;
        _next += given is null ? 0 : 1;
        return given ?? FlashAttention.On;
    }

    private TensorType CacheType(string option)
    {
        var text = Value(option);
        return TensorTypes.TryParse(text, out var type) && CacheTypes.Contains(type)
            ? type
            : throw Wrong(option, text, "one of " + string.Join(", ", CacheTypes.Select(known => known.GgmlName)));
    }

    private ImmutableArray<float> Split(string option)
    {
        var text = Value(option);
        var shares = ImmutableArray.CreateBuilder<float>();
        foreach (var part in text.Split([',', '/'], StringSplitOptions.RemoveEmptyEntries))
        {
            shares.Add(float.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && float.IsFinite(share) ? share : throw Wrong(option, text, "numbers with commas"));
        }

        return shares.Count > 0 && shares.Sum() > 0 ? shares.ToImmutable() : throw Wrong(option, text, "numbers with commas");
    }

    // PATTERN=BUFFER,…: buffers are called after devices, CPU or CUDA1; the number is the device's place.
    private ImmutableArray<TensorOverride> Overrides(string option)
    {
        var text = Value(option);
        var overrides = ImmutableArray.CreateBuilder<TensorOverride>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var buffer = equals > 0 ? part[(equals + 1)..] : throw Wrong(option, text, "PATTERN=BUFFER with commas");
            var digits = string.Concat(buffer.Reverse().TakeWhile(char.IsAsciiDigit).Reverse());
            int? device = buffer.StartsWith("CPU", StringComparison.OrdinalIgnoreCase) || buffer.EndsWith("_Host", StringComparison.OrdinalIgnoreCase) ? null
                : digits.Length is > 0 and < 4 ? int.Parse(digits, CultureInfo.InvariantCulture)
                : digits.Length == 0 ? 0
                : throw Wrong(option, text, "PATTERN=BUFFER with commas");
            overrides.Add(new TensorOverride(part[..equals], device));
        }

        return overrides.ToImmutable();
    }

    private static IEnumerable<TensorOverride> OfFirstLayers(int count, string pattern) =>
        Enumerable.Range(0, Math.Min(count, MaxLayers)).Select(layer => new TensorOverride(string.Create(CultureInfo.InvariantCulture, $@"blk\.{layer}{pattern}"), null));

    // FILE,…; scaled ones are FILE:SCALE,…, or were FILE SCALE.
    private IEnumerable<string> Files(string option, bool isScaled)
    {
        var files = Value(option).Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (!isScaled)
        {
            return files;
        }

        if (_next < arguments.Count && float.TryParse(arguments[_next], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            _next++;
            return files;
        }

        return files.Select(file => file.LastIndexOf(':') is var colon and > 1 ? file[..colon] : file);
    }

    private static EstimateException Wrong(string option, string value, string expected) => new($"{option} is '{value}'; it must be {expected}.");
}
