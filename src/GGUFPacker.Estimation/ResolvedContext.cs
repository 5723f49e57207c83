using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation;

/// <summary>A context's parameters as the engine uses them: rounded, clamped and decided.</summary>
public sealed record ResolvedContext
{
    /// <summary>Tokens of context over all sequences (n_ctx).</summary>
    public required int ContextSize { get; init; }

    /// <summary>Tokens of context that one sequence can have (n_ctx_seq).</summary>
    public required int ContextPerSequence { get; init; }

    /// <summary>Tokens of a logical batch (n_batch).</summary>
    public required int BatchSize { get; init; }

    /// <summary>Tokens of a physical batch (n_ubatch).</summary>
    public required int MicroBatchSize { get; init; }

    /// <summary>The most tokens of a batch that outputs are computed for (n_outputs_max).</summary>
    public required int Outputs { get; init; }

    /// <summary>Sequences in parallel (n_seq_max).</summary>
    public required int Sequences { get; init; }

    /// <summary>Whether the sequences share one cache (kv_unified).</summary>
    public required bool UnifiedCache { get; init; }

    /// <summary>Whether the fused attention is used.</summary>
    public required bool FlashAttention { get; init; }

    /// <summary>Whether the fused attention is used only if each layer's can run on the layer's device.</summary>
    internal bool ProbesFlashAttention { get; init; }

    /// <summary>Whether the values are cached transposed: decided before an automatic flash attention is.</summary>
    internal bool TransposedValues { get; init; }

    /// <summary>Copies of each input that the devices work ahead with: 1, or 4 when whole layers flow through several devices as a pipeline.</summary>
    public required int PipelineCopies { get; init; }

    /// <summary>Snapshots of recurrent states for each sequence (n_rs_seq).</summary>
    internal int RecurrentSnapshots { get; init; }

    /// <summary>Whether a token sees only those before it.</summary>
    internal bool CausalAttention { get; init; } = true;

    /// <summary>Whether the context drafts with the layers that predict further tokens alone.</summary>
    internal bool Prediction { get; init; }

    internal PoolingType Pooling { get; init; }

    internal bool Embeddings { get; init; }

    /// <summary>Layers whose input is kept for a drafter.</summary>
    internal ImmutableArray<int> KeptLayerInputs { get; init; } = [];

    internal bool DryRun { get; init; }

    internal bool OffloadCache { get; init; } = true;

    internal bool OffloadOperations { get; init; } = true;

    internal bool FullSlidingWindow { get; init; }

    internal TensorType KeyType { get; init; } = TensorType.F16;

    internal TensorType ValueType { get; init; } = TensorType.F16;

    /// <summary>Tokens of the largest graph: a physical batch, or the whole context if that is smaller.</summary>
    internal int GraphTokens => Math.Min(ContextSize, MicroBatchSize);

    /// <summary>Streams of an attention cache: one for each sequence unless they share it.</summary>
    internal int Streams => UnifiedCache ? 1 : Sequences;
}
