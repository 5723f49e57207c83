using System.Collections.Immutable;
using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Cli.Estimates;

/// <summary>A model as a user named it, looked at.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Models">The headers of its files.</param>
/// <param name="Arguments">The arguments that it brings along: an image's CMD.</param>
internal sealed record SourceModels(string Name, EngineModels Models, ImmutableArray<string> Arguments);
