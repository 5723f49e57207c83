using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Images;

/// <summary>What the config of a model's image is made from.</summary>
public sealed record ModelImageOptions
{
    /// <summary>What the image is for.</summary>
    public required Platform Platform { get; init; }

    /// <summary>When the image is made: SOURCE_DATE_EPOCH, or now.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The stage's CMD after expansion; null if it has none, which leaves the base image's.</summary>
    public ModelCommand? Command { get; init; }

    /// <summary>The labels that the stage and the request set.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The config of the image that FROM names; null for scratch.</summary>
    public ImageConfig? Base { get; init; }

    /// <summary>The reference of the image that FROM names; null for scratch.</summary>
    public string? BaseName { get; init; }

    /// <summary>The digest of the image that FROM names; null if it is not known.</summary>
    public Digest? BaseDigest { get; init; }

    /// <summary>This build's steps; the base's come before them.</summary>
    public ImmutableArray<ImageHistory> History { get; init; } = [];

    /// <summary>The diff IDs of this build's layers; the base's come before them.</summary>
    public ImmutableArray<Digest> DiffIds { get; init; } = [];
}
