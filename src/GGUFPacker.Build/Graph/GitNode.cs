using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>A git repository: ADD. Its result is a file system with a commit's files; large ones (git LFS) are fetched when they are read.</summary>
public sealed class GitNode : GraphNode
{
    /// <summary>What git is given.</summary>
    public required string Remote { get; init; }

    /// <summary>A branch, tag or commit; null for the remote's default branch.</summary>
    public string? Reference { get; init; }

    /// <summary>The directory in it that is meant, without slashes around it; empty for all.</summary>
    public string Directory { get; init; } = "";

    /// <summary>What the commit's name begins with, hexadecimal digits; null for any commit.</summary>
    public string? Checksum { get; init; }

    /// <summary>Whether <c>.git</c> is kept; where a directory in the repository is meant, there is none.</summary>
    public bool KeepGitDirectory { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteString("remote", Remote);
        writer.WriteString("reference", Reference ?? "");
        writer.WriteString("directory", Directory);
        writer.WriteString("checksum", Checksum);
        writer.WriteBoolean("keepGitDirectory", KeepGitDirectory);
    }
}
