using GGUFPacker.Build.Embedded.Bases;

namespace GGUFPacker.Build.Embedded;

/// <summary>What the sessions of a build, one for each platform, share.</summary>
/// <param name="Reporter">What it does.</param>
/// <param name="Hashes">The user's files as it has seen them.</param>
/// <param name="Steps">What it and earlier builds made.</param>
/// <param name="BaseLayers">The layers of base images.</param>
internal sealed record BuildLedger(BuildReporter Reporter, FileHashes Hashes, StepCache Steps, BaseLayers BaseLayers);
