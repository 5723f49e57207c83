using System.Collections.Immutable;
using System.Text.Json;

namespace GGUFPacker.Build.Graph;

/// <summary>A file at an http or https address: ADD. Its result is a file system with that file alone, named as the address's last part.</summary>
public sealed class HttpNode : GraphNode
{
    /// <summary>The address.</summary>
    public required Uri Address { get; init; }

    /// <summary>What the bytes must have: <c>algorithm:hex</c> with sha256, sha384 or sha512; null for anything.</summary>
    public string? Checksum { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<GraphNode> Inputs => [];

    private protected override void Describe(Utf8JsonWriter writer)
    {
        writer.WriteString("address", Address.AbsoluteUri);
        if (Checksum is not null)
        {
            writer.WriteString("checksum", Checksum);
        }
    }
}
