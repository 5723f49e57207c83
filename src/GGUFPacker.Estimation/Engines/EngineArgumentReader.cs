using System.Globalization;

namespace GGUFPacker.Estimation.Engines;

/// <summary>Reads llama-server's arguments (common/arg.cpp, v0.5.0).</summary>
internal sealed class EngineArgumentReader(EngineArguments start, IReadOnlyList<string> arguments)
{
    private const string Experts = @"\.ffn_(up|down|gate|gate_up)_(ch|)exps";
    private const string DenseFeedForward = @"\.ffn_(up|down|gate)\.";
    private const int MaxLayers = 4096;

    private readonly EngineArgumentValues _values = new(arguments);
    private EngineArguments _read = start;

    public EngineArguments Read()
    {
        while (_values.Next() is { } option)
        {
            _ = ReadContext(option) || ReadPlacement(option) || ReadFile(option) || ReadDrafter(option);
        }

        return _read;
    }

    private bool ReadContext(string option)
    {
        switch (option)
        {
            case "-c" or "--ctx-size":
                var context = _values.Integer(option, 0);
                Set(options => options with { ContextSize = context });
                return true;
            case "-b" or "--batch-size":
                var batch = _values.Integer(option, 0);
                Set(options => options with { BatchSize = batch });
                return true;
            case "-ub" or "--ubatch-size":
                var microBatch = _values.Integer(option, 0);
                Set(options => options with { MicroBatchSize = microBatch });
                return true;
            case "-np" or "--parallel":
                var slots = _values.Integer(option, -1);
                _read = _read with { Sequences = slots < 0 ? null : Math.Max(1, slots) };
                return true;
            case "-kvu" or "--kv-unified":
                _read = _read with { UnifiedCache = true };
                return true;
            case "-no-kvu" or "--no-kv-unified":
                _read = _read with { UnifiedCache = false };
                return true;
            case "-fa" or "--flash-attn":
                var attention = _values.FlashAttention();
                Set(options => options with { FlashAttention = attention });
                return true;
            case "-ctk" or "--cache-type-k":
                var key = _values.CacheType(option);
                Set(options => options with { KeyType = key });
                return true;
            case "-ctv" or "--cache-type-v":
                var value = _values.CacheType(option);
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
                var layers = _values.Layers(option);
                Set(options => options with { DeviceLayers = layers });
                return true;
            case "-ts" or "--tensor-split":
                var split = _values.Split(option);
                Set(options => options with { TensorSplit = split });
                return true;
            case "-mg" or "--main-gpu":
                var main = _values.Integer(option, 0);
                Set(options => options with { MainDevice = main });
                return true;
            case "-sm" or "--split-mode":
                var mode = _values.Value(option) switch { "none" => SplitMode.None, "layer" => SplitMode.Layer, "row" => SplitMode.Row, var other => throw EngineArgumentValues.Wrong(option, other, "none, layer or row") };
                Set(options => options with { SplitMode = mode });
                return true;
            case "-dev" or "--device":
                var devices = _values.Value(option);
                _read = _read with { DeviceCount = devices == "none" ? 0 : devices.Split(',').Length };
                return true;
            case "--rpc":
                _read = _read with { RpcServers = [.. _values.Value(option).Split(',', StringSplitOptions.RemoveEmptyEntries)] };
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
                var load = _values.Value(option);
                Set(options => options with { MemoryMap = load is "auto" or "mmap" or "mmap+mlock" });
                return true;
            case "-ot" or "--override-tensor":
                var overrides = _values.Overrides(option);
                Set(options => options with { TensorOverrides = options.TensorOverrides.AddRange(overrides) });
                return true;
            case "-cmoe" or "--cpu-moe":
                Set(options => options with { TensorOverrides = options.TensorOverrides.Add(new TensorOverride(Experts, null)) });
                return true;
            case "-ncmoe" or "--n-cpu-moe" or "-ncffn" or "--n-cpu-ffn":
                var first = OfFirstLayers(_values.Integer(option, 0), option is "-ncmoe" or "--n-cpu-moe" ? Experts : DenseFeedForward);
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
                _read = _read with { Model = _values.Value(option) };
                return true;
            case "-mm" or "--mmproj":
                _read = _read with { Projector = _values.Value(option) };
                return true;
            case "--no-mmproj":
                _read = _read with { Projector = null };
                return true;
            case "--mmproj-offload" or "--no-mmproj-offload":
                _read = _read with { OffloadProjector = option == "--mmproj-offload" };
                return true;
            case "--lora" or "--lora-scaled":
                _read = _read with { Adapters = _read.Adapters.AddRange(_values.Files(option, option == "--lora-scaled")) };
                return true;
            case "--control-vector" or "--control-vector-scaled":
                _read = _read with { ControlVectors = _read.ControlVectors.AddRange(_values.Files(option, option == "--control-vector-scaled")) };
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
                _read = _read with { Drafter = _values.Value(option) };
                return true;
            case "-ngld" or "--gpu-layers-draft" or "--n-gpu-layers-draft" or "--spec-draft-ngl":
                _read = _read with { DrafterLayers = _values.Layers(option) };
                return true;
            case "-ctkd" or "--cache-type-k-draft" or "--spec-draft-type-k":
                _read = _read with { DrafterKeyType = _values.CacheType(option) };
                return true;
            case "-ctvd" or "--cache-type-v-draft" or "--spec-draft-type-v":
                _read = _read with { DrafterValueType = _values.CacheType(option) };
                return true;
            case "--spec-draft-n-max" or "--draft" or "--draft-n" or "--draft-max":
                var tokens = _values.Integer(option, 0);
                Set(drafting => drafting with { DraftTokens = tokens });
                return true;
            case "--spec-type":
                var types = _values.OneOf(option, SpeculativeDecoding.Names);
                Set(drafting => drafting with { Types = drafting.Types.AddRange(types) });
                return true;
            case "--spec-default":
                Set(drafting => drafting with { Types = drafting.Types.Add(SpeculativeDecoding.Default) });
                return true;
            case "--spec-ngram-simple-size-m" or "--spec-ngram-map-k-size-m" or "--spec-ngram-map-k4v-size-m" or "--spec-ngram-mod-n-max":
                var length = _values.Integer(option, 0);
                var type = option["--spec-".Length..].Replace("-size-m", "", StringComparison.Ordinal).Replace("-n-max", "", StringComparison.Ordinal);
                Set(drafting => drafting with { RepeatedTokens = drafting.RepeatedTokens.SetItem(type, length) });
                return true;
            case "-otd" or "--override-tensor-draft" or "--spec-draft-override-tensor":
                _read = _read with { DrafterOverrides = _read.DrafterOverrides.AddRange(_values.Overrides(option)) };
                return true;
            case "-cmoed" or "--cpu-moe-draft" or "--spec-draft-cpu-moe":
                _read = _read with { DrafterOverrides = _read.DrafterOverrides.Add(new TensorOverride(Experts, null)) };
                return true;
            default:
                return false;
        }
    }

    private void Set(Func<EstimateOptions, EstimateOptions> change) => _read = _read with { Given = change(_read.Given) };

    private void Set(Func<SpeculativeDecoding, SpeculativeDecoding> change) => _read = _read with { Drafting = change(_read.Drafting) };

    private static IEnumerable<TensorOverride> OfFirstLayers(int count, string pattern) =>
        Enumerable.Range(0, Math.Min(count, MaxLayers)).Select(
            layer => new TensorOverride(string.Create(CultureInfo.InvariantCulture, $@"blk\.{layer}{pattern}"), null));
}
