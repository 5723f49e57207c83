using System.Collections.Immutable;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation;

/// <summary>What an engine makes of the options before it allocates anything (the constructor of llama_context, v0.5.0).</summary>
internal static class ContextResolution
{
    // LLAMA_MAX_SEQ, and what contexts are padded to.
    private const int MaxSequences = 256;
    private const int ContextPadding = 256;

    public static ResolvedContext Resolve(ModelShape shape, EstimateOptions options, Placement placement)
    {
        RequirePrediction(shape, options);
        var sequences = Math.Max(1, options.Sequences);
        if (sequences > MaxSequences)
        {
            throw new EstimateException($"{sequences} sequences in parallel: llama.cpp takes at most {MaxSequences}.");
        }

        // A context of none takes the model's own.
        long wanted = options.ContextSize == 0 ? shape.TrainedContext : options.ContextSize;
        if (wanted <= 0 || options.BatchSize <= 0 || options.MicroBatchSize < 0 || options.Outputs < 0)
        {
            throw new EstimateException("The context's and the batches' sizes must be positive.");
        }

        var batch = (int)(shape.CausalAttention ? Math.Min(wanted, options.BatchSize) : options.BatchSize);
        var microBatch = Math.Min(batch, options.MicroBatchSize == 0 ? options.BatchSize : options.MicroBatchSize);
        var context = Pad(wanted);
        var perSequence = context;
        if (!options.UnifiedCache)
        {
            perSequence = Pad(context / sequences);
            if (perSequence == 0)
            {
                throw new EstimateException($"A context of {wanted} tokens leaves none for each of {sequences} sequences.");
            }

            context = perSequence * sequences;
        }

        if (context > int.MaxValue)
        {
            throw new EstimateException($"A context of {context} tokens is larger than any model's.");
        }

        var outputs = options.Outputs == 0 || Architectures.HasEncoder(shape.Architecture) ? batch : options.Outputs;
        if (outputs < sequences)
        {
            throw new EstimateException(
                $"Outputs are computed for at most {outputs} tokens of a batch, but {sequences} sequences run in parallel: llama.cpp needs one for each.");
        }

        var asked = AskedFlashAttention(shape, options);
        RequireCacheTypes(shape, options, asked);
        RequireEvenBatches(shape, options, sequences, Math.Min(context, microBatch));
        return new ResolvedContext
        {
            ContextSize = (int)context,
            ContextPerSequence = (int)perSequence,
            BatchSize = batch,
            MicroBatchSize = microBatch,
            Outputs = outputs,
            Sequences = sequences,
            UnifiedCache = options.UnifiedCache,
            FlashAttention = asked != FlashAttention.Off,
            ProbesFlashAttention = asked == FlashAttention.Auto,
            TransposedValues = asked == FlashAttention.Off,
            PipelineCopies = IsPipeline(shape, options, placement) ? 4 : 1,
            RecurrentSnapshots = Architectures.KeepsSnapshots(shape.Architecture) ? options.RecurrentSnapshots : 0,
            CausalAttention = shape.CausalAttention,
            Pooling = shape.Pooling,
            Prediction = options.PredictionContext,
            Embeddings = options.Embeddings,
            KeptLayerInputs = KeptLayerInputs(shape, options),
            DryRun = options.DryRun,
            OffloadCache = options.OffloadCache,
            OffloadOperations = options.OffloadOperations,
            FullSlidingWindow = options.FullSlidingWindow,
            KeyType = options.KeyType,
            ValueType = options.ValueType,
        };
    }

    private static ImmutableArray<int> KeptLayerInputs(ModelShape shape, EstimateOptions options) =>
        options.KeptLayerInputs.IsEmpty || Architectures.GivesLayerInputs(shape.Architecture)
            ? options.KeptLayerInputs
            : throw new EstimateException($"llama.cpp gives no drafter the inputs of the layers of {shape.Architecture}.");

    private static void RequirePrediction(ModelShape shape, EstimateOptions options)
    {
        if (options.PredictionContext && (shape.PredictionLayers == 0 || shape.RouterLayer >= 0))
        {
            throw new EstimateException($"The {shape.Architecture} model has no layers that predict further tokens: llama.cpp cannot draft with them.");
        }
    }

    // What llama_init_from_model makes of the request: Grok's attention has no fused form, and quantized values have no other.
    private static FlashAttention AskedFlashAttention(ModelShape shape, EstimateOptions options) =>
        shape.Architecture == "grok" ? FlashAttention.Off
        : options is { FlashAttention: FlashAttention.Auto, ValueType.IsQuantized: true } ? FlashAttention.On
        : options.FlashAttention;

    private static void RequireCacheTypes(ModelShape shape, EstimateOptions options, FlashAttention asked)
    {
        if ((shape.IsLatent || shape.Architecture == "deepseek4") && options.KeyType != options.ValueType)
        {
            throw new EstimateException($"{shape.Architecture} caches keys and values in one: they cannot have different types.");
        }

        if (asked == FlashAttention.Off && options.ValueType.IsQuantized)
        {
            throw new EstimateException($"A cache of {options.ValueType.GgmlName} values needs flash attention.");
        }

        // Only the fused attention reads each head for itself.
        for (var layer = 0; asked != FlashAttention.Off && layer < shape.TrunkLayers; layer++)
        {
            RequireBlocks(options.KeyType, shape.KeyLength(layer), "keys");
            RequireBlocks(options.ValueType, shape.ValueLength(layer), "values");
        }
    }

    // The last graph that llama.cpp reserves for these families is of one sequence. Attention splits its tokens over the caches of all; if some are left over,
    // its result does not fit what it is added to, unless only outputs are left by then.
    private static void RequireEvenBatches(ModelShape shape, EstimateOptions options, int sequences, long tokens)
    {
        if (options.UnifiedCache || tokens % sequences == 0 || !Architectures.ReservesOneSequence(shape.Architecture))
        {
            return;
        }

        for (var layer = 0; layer < shape.TrunkLayers - 1; layer++)
        {
            if (!shape.RecurrentLayers[layer])
            {
                throw new EstimateException(
                    $"Batches of {tokens} tokens cannot be split evenly over the caches of {sequences} sequences: llama.cpp ends by an assertion. A unified cache, or another batch size, is needed.");
            }
        }
    }

    private static void RequireBlocks(TensorType type, int length, string what)
    {
        if (length % type.BlockLength != 0)
        {
            throw new EstimateException($"The model's heads have {what} of {length} elements, which are no whole blocks of {type.GgmlName}.");
        }
    }

    private static bool IsPipeline(ModelShape shape, EstimateOptions options, Placement placement) =>
        placement.Devices.Length > 1
        && (options.DeviceLayers < 0 || options.DeviceLayers > shape.Layers)
        && options.SplitMode == SplitMode.Layer
        && options.OffloadCache
        && !placement.HasOverrides
        && placement.Devices.All(device => device.Traits.HasPipeline);

    private static long Pad(long tokens) => (tokens + ContextPadding - 1) / ContextPadding * ContextPadding;
}
