using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Fitting;

/// <summary>One change with which an engine fits into its limits.</summary>
/// <param name="Kind">What is changed.</param>
/// <param name="Change">The change as a user makes it: arguments, or a quantize type.</param>
/// <param name="Estimate">The estimate with the change.</param>
public sealed record Remedy(RemedyKind Kind, string Change, EngineEstimate Estimate);
