using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Caches;

/// <summary>What a context remembers of the tokens before: its attention caches and recurrent states (llama_model::create_memory).</summary>
/// <param name="Attention">One cache, or one for full and one for sliding-window layers, or an indexer's besides; empty for a model without.</param>
/// <param name="Recurrent">The recurrent layers' states; null for a model without.</param>
internal sealed record CachePlan(ImmutableArray<AttentionCache> Attention, RecurrentCache? Recurrent)
{
    /// <summary>A model that remembers nothing, such as BERT.</summary>
    public static CachePlan Nothing { get; } = new([], null);

    /// <summary>States of F32 besides those, which only few families have.</summary>
    public ImmutableArray<CacheState> States { get; init; } = [];

    /// <summary>A kind of attention cache; null if the model has none of it.</summary>
    public AttentionCache? Find(AttentionCacheKind kind) => Attention.FirstOrDefault(cache => cache.Kind == kind);
}
