using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Estimation.Reports;

namespace GGUFPacker.Tasks.Estimates;

/// <summary>An image that was built, and the memory that its model takes.</summary>
/// <param name="Reference">The image's name.</param>
/// <param name="ModelFile">The name of the model's file, without a directory.</param>
/// <param name="Setup">What the estimate is made from.</param>
/// <param name="Document">The estimate.</param>
internal sealed record ImageEstimate(string Reference, string ModelFile, EngineSetup Setup, EstimateDocument Document);
