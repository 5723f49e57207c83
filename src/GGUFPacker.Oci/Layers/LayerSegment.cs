using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Layers;

/// <summary>A stretch of a layer's tar: bytes at hand (headers, padding), or the whole of a content in the store.</summary>
public readonly record struct LayerSegment
{
    private LayerSegment(ReadOnlyMemory<byte> inline, Digest content, long length) => (Inline, Content, Length) = (inline, content, length);

    /// <summary>The bytes; empty for a content.</summary>
    public ReadOnlyMemory<byte> Inline { get; }

    /// <summary>The content; not set for bytes at hand.</summary>
    public Digest Content { get; }

    /// <summary>The length in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether the bytes are in the store.</summary>
    public bool IsContent => !Content.IsEmpty;

    /// <summary>Bytes at hand.</summary>
    public static LayerSegment Of(ReadOnlyMemory<byte> bytes) => new(bytes, default, bytes.Length);

    /// <summary>A content of the store.</summary>
    public static LayerSegment Of(Digest content, long length) => new(default, content, length);
}
