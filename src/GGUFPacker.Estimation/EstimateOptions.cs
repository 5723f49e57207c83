using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation;

/// <summary>
/// With what an engine is started. The defaults are those of libllama's own but for the context; <see cref="EngineProfile.Defaults"/> has a program's.
/// </summary>
public sealed record EstimateOptions
{
    /// <summary>Tokens of context over all sequences (n_ctx); 0 takes what the model was trained with.</summary>
    public int ContextSize { get; init; }

    /// <summary>Tokens of a logical batch (n_batch).</summary>
    public int BatchSize { get; init; } = 2048;

    /// <summary>Tokens of a physical batch (n_ubatch); 0 takes the logical one's.</summary>
    public int MicroBatchSize { get; init; } = 512;

    /// <summary>Sequences that run in parallel (n_seq_max, a server's slots).</summary>
    public int Sequences { get; init; } = 1;

    /// <summary>Whether all sequences share one cache (kv_unified).</summary>
    public bool UnifiedCache { get; init; }

    /// <summary>The most tokens of a batch that outputs are computed for (n_outputs_max); 0 is every token.</summary>
    public int Outputs { get; init; }

    /// <summary>Snapshots of a recurrent state that are kept for each sequence (n_rs_seq), for speculative decoding.</summary>
    public int RecurrentSnapshots { get; init; }

    /// <summary>The fused attention.</summary>
    public FlashAttention FlashAttention { get; init; }

    /// <summary>How keys are cached.</summary>
    public TensorType KeyType { get; init; } = TensorType.F16;

    /// <summary>How values are cached.</summary>
    public TensorType ValueType { get; init; } = TensorType.F16;

    /// <summary>Whether sliding-window layers keep the whole context (swa_full).</summary>
    public bool FullSlidingWindow { get; init; }

    /// <summary>Layers that go to the devices, the last ones first, the output counted as one (n_gpu_layers); negative is all.</summary>
    public int DeviceLayers { get; init; } = -1;

    /// <summary>Whether a layer's cache lies on the layer's device (offload_kqv).</summary>
    public bool OffloadCache { get; init; } = true;

    /// <summary>Whether operations on the host's weights may run on a device when a batch is large (op_offload).</summary>
    public bool OffloadOperations { get; init; } = true;

    /// <summary>Weights that lie elsewhere than their layer; the first pattern that matches counts.</summary>
    public ImmutableArray<TensorOverride> TensorOverrides { get; init; } = [];

    /// <summary>Each device's share; empty splits by free memory (tensor_split).</summary>
    public ImmutableArray<float> TensorSplit { get; init; } = [];

    /// <summary>The device that is used alone, or first, in the modes that have one (main_gpu).</summary>
    public int MainDevice { get; init; }

    /// <summary>How several devices share the model.</summary>
    public SplitMode SplitMode { get; init; }

    /// <summary>
    /// Whether compute buffers are those that llama.cpp reports when it allocates nothing (no_alloc, by which it fits a model into memory) rather than those
    /// that it then allocates: a dry run looks at the largest batch alone and forgets which results stay on their layer's device.
    /// </summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// The model that this one drafts for, as far as it takes weights from it (ctx_other): EAGLE-3 and DFlash may have no embeddings or output of their own.
    /// </summary>
    public DraftTarget? Target { get; init; }

    /// <summary>
    /// Layers whose input is kept until a drafter has read it (embeddings_layer_inp): those that an EAGLE-3 or DFlash drafter's header names.
    /// </summary>
    public ImmutableArray<int> KeptLayerInputs { get; init; } = [];

    /// <summary>Whether layers that predict further tokens are loaded (load_mtp); otherwise they are left in the file.</summary>
    public bool LoadPrediction { get; init; }

    /// <summary>Whether the context is one that drafts with those layers alone (LLAMA_CONTEXT_TYPE_MTP) rather than with the model.</summary>
    public bool PredictionContext { get; init; }

    /// <summary>Whether embeddings are computed (embeddings).</summary>
    public bool Embeddings { get; init; }

    /// <summary>Whether the file is mapped into memory rather than read into it.</summary>
    public bool MemoryMap { get; init; } = true;

    /// <summary>
    /// Whether the CPU keeps the weights that it has faster kernels for in another layout (use_extra_bufts). They then are in anonymous memory even when the
    /// file is mapped.
    /// </summary>
    public bool RepackWeights { get; init; } = true;

    /// <summary>The instructions that the host's processor has, which decide what is repacked.</summary>
    public HostInstructions HostInstructions { get; init; } = HostInstructions.Avx2;

    /// <summary>
    /// Whether weights on the host may lie in memory that a device can read directly (pinned memory); llama.cpp's no_host is the opposite.
    /// </summary>
    public bool PinnedHostMemory { get; init; } = true;
}
