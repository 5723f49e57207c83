using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>Copies files from other file systems, or from the GGUFPackerfile, onto one: ADD and COPY.</summary>
public sealed class CopyNode : GraphNode
{
    /// <summary>The file system that is copied onto.</summary>
    public required GraphNode Base { get; init; }

    /// <summary>What is copied, in order.</summary>
    public ImmutableArray<CopySource> Sources { get; init; } = [];

    /// <summary>Files whose content stands in the GGUFPackerfile, copied after the others.</summary>
    public ImmutableArray<(string Name, ImmutableArray<byte> Content)> Files { get; init; } = [];

    /// <summary>The destination; a trailing <c>/</c> makes it a directory.</summary>
    public required string Destination { get; init; }

    /// <summary>Patterns of what is left out.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary>Whether the sources' directories are kept.</summary>
    public bool Parents { get; init; }

    /// <summary>The owner, <c>user[:group]</c>; null keeps the source's.</summary>
    public string? Owner { get; init; }

    /// <summary>The permission bits of what is copied; null keeps those of the source.</summary>
    public ModeChange? Mode { get; init; }

    /// <summary>Whether what is below is not looked at: links and directories there mean nothing to the copy.</summary>
    public bool Link { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [Base, .. Sources.Select(source => source.From)];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        WriteArray("sources", Sources.Select(source => source.Path));
        WriteArray("unpack", Sources.Select(source => source.Unpack ? "true" : "false"));
        writer.WriteStartArray("files");
        foreach (var (name, content) in Files)
        {
            writer.WriteStringValue(name);
            writer.WriteBase64StringValue(content.AsSpan());
        }

        writer.WriteEndArray();
        writer.WriteString("destination", Destination);
        WriteArray("exclude", Exclude);
        writer.WriteBoolean("parents", Parents);
        writer.WriteString("owner", Owner);
        writer.WriteString("mode", Mode?.ToString());
        writer.WriteBoolean("link", Link);

        void WriteArray(string name, IEnumerable<string> values)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }
    }
}
