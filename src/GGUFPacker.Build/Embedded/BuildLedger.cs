using GGUFPacker.Build.Embedded.Bases;
using GGUFPacker.Build.Embedded.Caching;

namespace GGUFPacker.Build.Embedded;

/// <summary>What the sessions of a build, one for each platform, share.</summary>
/// <param name="Reporter">What it does.</param>
/// <param name="Hashes">The user's files as it has seen them.</param>
/// <param name="Steps">What it and earlier builds made.</param>
/// <param name="BaseLayers">The layers of base images.</param>
/// <param name="Shared">The caches of other machines.</param>
internal sealed record BuildLedger(BuildReporter Reporter, FileHashes Hashes, StepCache Steps, BaseLayers BaseLayers, SharedCache Shared);
