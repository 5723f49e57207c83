using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Caches;

/// <summary>States of recurrent layers, in F32 (llama_memory_recurrent).</summary>
internal sealed record RecurrentCache
{
    /// <summary>Sequences (mem_size).</summary>
    public required int Sequences { get; init; }

    /// <summary>Rows of each state: a sequence's own and its snapshots'.</summary>
    public required long Rows { get; init; }

    /// <summary>Elements of one convolution or token-shift state (n_embd_r).</summary>
    public required long RollingColumns { get; init; }

    /// <summary>Elements of one recurrent state (n_embd_s).</summary>
    public required long StateColumns { get; init; }

    /// <summary>Each recurrent layer and its device.</summary>
    public required ImmutableArray<(int Layer, int Device)> Layers { get; init; }
}
