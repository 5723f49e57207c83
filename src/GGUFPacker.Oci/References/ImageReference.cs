using System.Diagnostics.CodeAnalysis;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.References;

/// <summary>
/// The name of an image, <c>registry/repository:tag@digest</c>, by the distribution project's grammar and Docker's rules for what is left out:
/// no registry means <c>docker.io</c>, and there a repository without <c>/</c> lies in <c>library/</c>.
/// </summary>
public sealed record ImageReference
{
    /// <summary>The tag that <see cref="WithDefaultTag"/> adds.</summary>
    public const string DefaultTag = "latest";

    /// <summary>The registry.</summary>
    public required RegistryName Registry { get; init; }

    /// <summary>The repository's path in the registry.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag; null for none.</summary>
    public string? Tag { get; init; }

    /// <summary>The manifest's digest; not set for none.</summary>
    public Digest Digest { get; init; }

    /// <summary>Registry and repository.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>What names the manifest to the registry: the digest if there is one, else the tag, else <c>latest</c>.</summary>
    public string ManifestName => Digest.IsEmpty ? Tag ?? DefaultTag : Digest.ToString();

    /// <summary>The form a person would type: without <c>docker.io/</c>, <c>library/</c> and <c>:latest</c>.</summary>
    public string Familiar
    {
        get
        {
            var name = Registry != RegistryName.DockerHub ? Name
                : Repository.StartsWith("library/", StringComparison.Ordinal) && Repository.IndexOf('/', 8) < 0 ? Repository[8..] : Repository;
            return name + Suffix(Tag == DefaultTag && Digest.IsEmpty ? null : Tag);
        }
    }

    /// <summary>Parses a reference.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static ImageReference Parse(string text) => TryParse(text, out var reference, out var error) ? reference : throw new FormatException(error);

    /// <summary>Parses a reference.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference) => TryParse(text, out reference, out _);

    /// <summary>Parses a reference.</summary>
    /// <param name="text">The text.</param>
    /// <param name="reference">The reference; null if it is none.</param>
    /// <param name="error">Why it is none; null if it is one.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? error)
    {
        (reference, error) = ReferenceParser.Parse(text ?? "");
        return reference is not null;
    }

    /// <summary>This reference, with the tag <c>latest</c> if it has neither tag nor digest.</summary>
    public ImageReference WithDefaultTag() => Tag is null && Digest.IsEmpty ? this with { Tag = DefaultTag } : this;

    /// <summary>The same repository at another tag.</summary>
    /// <exception cref="FormatException">It is no tag.</exception>
    public ImageReference WithTag(string tag) =>
        ReferenceParser.IsTag(tag) ? this with { Tag = tag, Digest = default } : throw new FormatException($"'{tag}' is no tag.");

    /// <summary>The same repository at a digest.</summary>
    public ImageReference WithDigest(Digest digest) => this with { Tag = null, Digest = digest };

    /// <summary>The full form, with registry.</summary>
    public override string ToString() => Name + Suffix(Tag);

    private string Suffix(string? tag) => (tag is null ? "" : ":" + tag) + (Digest.IsEmpty ? "" : "@" + Digest);
}
