using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Engines;

/// <summary>
/// What an engine's command line says of the memory it takes: llama-server's options of llama.cpp v0.5.0, and the names that older releases had. Immutable;
/// later arguments are applied over earlier ones.
/// </summary>
public sealed record EngineArguments
{
    // What llama-server takes when nobody says how many slots there are.
    private const int AutomaticSlots = 4;

    private EngineArguments(EngineProfile engine) => (Engine, Given) = (engine, engine.Defaults);

    /// <summary>The engine.</summary>
    public EngineProfile Engine { get; }

    /// <summary>The value of <c>-m</c>; null without it.</summary>
    public string? Model { get; internal init; }

    /// <summary>The value of <c>-md</c>; null without it.</summary>
    public string? Drafter { get; internal init; }

    /// <summary>The value of <c>--mmproj</c>; null without it.</summary>
    public string? Projector { get; internal init; }

    /// <summary>The files of <c>--lora</c> and <c>--lora-scaled</c>.</summary>
    public ImmutableArray<string> Adapters { get; internal init; } = [];

    /// <summary>The files of <c>--control-vector</c> and <c>--control-vector-scaled</c>.</summary>
    public ImmutableArray<string> ControlVectors { get; internal init; } = [];

    /// <summary>The servers of <c>--rpc</c>, <c>host:port</c>.</summary>
    public ImmutableArray<string> RpcServers { get; internal init; } = [];

    /// <summary>How many devices <c>--device</c> names; null without it.</summary>
    public int? DeviceCount { get; internal init; }

    /// <summary>Whether the projector runs on a device.</summary>
    public bool OffloadProjector { get; internal init; } = true;

    /// <summary>Slots or sequences in parallel; null if nobody says.</summary>
    public int? Sequences { get; internal init; }

    /// <summary>Whether slots share one cache; null if nobody says.</summary>
    internal bool? UnifiedCache { get; init; }

    /// <summary>
    /// Whether the model drafts for itself, with its layers for further tokens (<c>--spec-type draft-mtp</c>), unless a draft model's layers do.
    /// </summary>
    public bool DraftsWithPrediction => IsServer && Drafting.UsesPrediction;

    internal SpeculativeDecoding Drafting { get; init; } = new();

    internal int DrafterLayers { get; init; } = -1;

    internal TensorType DrafterKeyType { get; init; } = TensorType.F16;

    internal TensorType DrafterValueType { get; init; } = TensorType.F16;

    internal ImmutableArray<TensorOverride> DrafterOverrides { get; init; } = [];

    /// <summary>The options as they were given, before what depends on several of them is decided.</summary>
    internal EstimateOptions Given { get; init; }

    private bool IsServer => Engine == EngineProfile.LlamaServer;

    /// <summary>The options that the engine starts the model with.</summary>
    public EstimateOptions Options
    {
        get
        {
            if (!IsServer)
            {
                return Given with { Sequences = Sequences ?? 1, UnifiedCache = UnifiedCache ?? false };
            }

            // The server shares one cache only when it chose the number of slots itself; embeddings need a whole batch at once.
            var slots = Sequences ?? AutomaticSlots;
            var batch = Given.Embeddings && Given.MicroBatchSize > 0 ? Math.Min(Given.BatchSize, Given.MicroBatchSize) : Given.BatchSize;
            return Given with
            {
                BatchSize = batch,
                Sequences = slots,
                UnifiedCache = Sequences is null || (UnifiedCache ?? false),
                Outputs = Given.Embeddings ? 0 : Math.Max(1, (int)Math.Min(batch, slots * (1L + Drafting.MostTokens))),
                LoadPrediction = Drafting.UsesPrediction,
                RecurrentSnapshots = Drafting.Snapshots,
            };
        }
    }

    /// <summary>An engine without arguments.</summary>
    public static EngineArguments Of(EngineProfile engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        return new EngineArguments(engine);
    }

    /// <summary>
    /// The options that the engine starts what drafts with, beside a model whose context is known: a draft model, or without one a second context of the model.
    /// </summary>
    public EstimateOptions DrafterOptions(ResolvedContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var options = Options;
        return options with
        {
            ContextSize = context.ContextSize,
            KeyType = DrafterKeyType,
            ValueType = DrafterValueType,
            DeviceLayers = Drafter is null ? options.DeviceLayers : DrafterLayers,
            TensorOverrides = Drafter is null ? options.TensorOverrides : DrafterOverrides,
            PredictionContext = DraftsWithPrediction,
            RecurrentSnapshots = 0,
            Embeddings = false,
            Outputs = IsServer ? options.Sequences : options.Outputs,
        };
    }

    /// <summary>Applies arguments; those that say nothing of memory are passed over.</summary>
    /// <exception cref="EstimateException">A value is none that the engine takes.</exception>
    public EngineArguments Apply(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return new EngineArgumentReader(this, arguments).Read();
    }

    /// <summary>The same with other options, such as a context that was searched for.</summary>
    public EngineArguments With(Func<EstimateOptions, EstimateOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with { Given = change(Given) };
    }
}
