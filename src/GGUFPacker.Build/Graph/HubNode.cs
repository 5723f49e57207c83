using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>
/// A model repository of a Hugging Face hub: ADD of <c>hf://ORG/REPO</c>, or of the repository's address. Its result is a file system with the repository's
/// files (or those that are meant); one is fetched when it is read.
/// </summary>
public sealed class HubNode : GraphNode
{
    /// <summary><c>organization/name</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>A branch, tag or commit; null for the default branch.</summary>
    public string? Revision { get; init; }

    /// <summary>The directory or file in it that is meant, without slashes around it; empty for all.</summary>
    public string Path { get; init; } = "";

    /// <summary>Whether it is one file by its own address; such a file has the mode of a download, 0600.</summary>
    public bool IsDownload { get; init; }

    /// <summary>What the commit's name begins with, hexadecimal digits; null for any commit.</summary>
    public string? Checksum { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteString("repository", Repository);
        writer.WriteString("revision", Revision ?? "");
        writer.WriteString("path", Path);
        writer.WriteString("checksum", Checksum);
        writer.WriteBoolean("isDownload", IsDownload);
    }
}
