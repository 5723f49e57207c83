using System.Collections.Immutable;

namespace GGUFPacker.Build.Engine;

/// <summary>A stage to build and the names its image gets.</summary>
public sealed record BuildTarget
{
    /// <summary>The stage's name or number; null for the last stage.</summary>
    public string? Stage { get; init; }

    /// <summary>Image references (<c>localhost:5000/team/model:Q4_K_M</c>) that the store shall know the image by.</summary>
    public ImmutableArray<string> References { get; init; } = [];
}
