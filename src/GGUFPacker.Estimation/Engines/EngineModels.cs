using System.Collections.Immutable;

namespace GGUFPacker.Estimation.Engines;

/// <summary>The headers of all files that an engine is started with.</summary>
/// <param name="Model">The model.</param>
public sealed record EngineModels(ModelHeader Model)
{
    /// <summary>The draft model of speculative decoding; null without one.</summary>
    public ModelHeader? Drafter { get; init; }

    /// <summary>The multimodal projector; null without one.</summary>
    public ModelHeader? Projector { get; init; }

    /// <summary>LoRA adapters and control vectors.</summary>
    public ImmutableArray<ModelHeader> Adapters { get; init; } = [];
}
