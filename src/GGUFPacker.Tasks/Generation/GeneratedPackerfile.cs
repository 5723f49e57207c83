using System.Collections.Immutable;
using GGUFPacker.Build.Engine;

namespace GGUFPacker.Tasks.Generation;

/// <summary>The GGUFPackerfile that a project amounts to, and how to build it.</summary>
/// <param name="Text">Its text; null where the project brings its own.</param>
/// <param name="NamedContexts">The directories that it reads, by name.</param>
/// <param name="Targets">Its stages, with the references of their images.</param>
internal sealed record GeneratedPackerfile(string? Text, ImmutableDictionary<string, string> NamedContexts, ImmutableArray<BuildTarget> Targets);
