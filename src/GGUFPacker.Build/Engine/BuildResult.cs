using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Engine;

/// <summary>What a build gave.</summary>
/// <param name="Images">One image for each target, in the request's order.</param>
/// <param name="Diagnostics">What the build warns about, and what else it has to say.</param>
/// <param name="StepsRun">Steps that did work.</param>
/// <param name="StepsCached">Steps whose result the cache held.</param>
public sealed record BuildResult(ImmutableArray<BuiltImage> Images, ImmutableArray<Diagnostic> Diagnostics, int StepsRun, int StepsCached)
{
    /// <summary>The bytes that were fetched, made and found.</summary>
    public BuildTotals Totals { get; init; } = new(default, default, default);
}
