using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Graph;

/// <summary>
/// An operation of the build graph. Its result is a file system: that of its base with a difference on top, as an LLB operation's is.
/// Two nodes that do the same to the same inputs have the same digest, wherever they were written.
/// </summary>
public abstract class GraphNode
{
    private readonly Lazy<Digest> _digest;

    private protected GraphNode() => _digest = new(ComputeDigest);

    /// <summary>What the step does, as a person reads it: without the logins of addresses. Not part of the digest.</summary>
    public required string Name { get; init => field = AddressLogin.Remove(value); }

    /// <summary>The instruction it comes from. Not part of the digest.</summary>
    public required SourceSpan Span { get; init; }

    /// <summary>The nodes whose results this one reads, the base first.</summary>
    public abstract ImmutableArray<GraphNode> Inputs { get; }

    /// <summary>The digest of the operation and its inputs' digests; no path of this machine and no time goes into it.</summary>
    public Digest Digest => _digest.Value;

    /// <summary>Writes the operation's own fields, for the digest.</summary>
    private protected abstract void Describe(Utf8JsonWriter writer);

    private Digest ComputeDigest()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("operation", GetType().Name);
            Describe(writer);
            writer.WriteStartArray("inputs");
            foreach (var input in Inputs)
            {
                writer.WriteStringValue(input.Digest.ToString());
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Digest.Of(buffer.WrittenSpan);
    }
}
