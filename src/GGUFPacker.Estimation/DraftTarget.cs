namespace GGUFPacker.Estimation;

/// <summary>The model that a draft model drafts for.</summary>
/// <param name="Model">The target's header.</param>
/// <param name="Options">With what the target is started.</param>
public sealed record DraftTarget(ModelHeader Model, EstimateOptions Options);
