using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Estimation.Reports;

/// <summary>One estimate among those of a report.</summary>
/// <param name="Estimate">The estimate.</param>
/// <param name="TokensPerSecond">An upper bound of the speed, see <see cref="SpeedBound"/>; null if unknown.</param>
/// <param name="Fits">Whether it is within the limits; null if there are none.</param>
public sealed record EstimateRow(EngineEstimate Estimate, double? TokensPerSecond = null, bool? Fits = null);
