using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Engine;

/// <summary>What a build gave.</summary>
/// <param name="Images">One image for each target, in the request's order.</param>
/// <param name="Warnings">What the build warns about.</param>
/// <param name="StepsRun">Steps that did work.</param>
/// <param name="StepsCached">Steps whose result the cache held.</param>
public sealed record BuildResult(ImmutableArray<BuiltImage> Images, ImmutableArray<Diagnostic> Warnings, int StepsRun, int StepsCached);
