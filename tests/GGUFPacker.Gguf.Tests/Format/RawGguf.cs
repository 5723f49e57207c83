using System.Buffers.Binary;
using System.Text;

namespace GGUFPacker.Gguf.Tests.Format;

/// <summary>Writes a GGUF file field by field, right or wrong, in any version and byte order.</summary>
internal sealed class RawGguf(uint version = 3, bool bigEndian = false)
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes => _bytes.ToArray();

    public static RawGguf Header(ulong tensors, ulong keys, uint version = 3, bool bigEndian = false) =>
        new RawGguf(version, bigEndian).Raw("GGUF"u8).U32(version).Count(tensors).Count(keys);

    public RawGguf Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public RawGguf U32(uint value)
    {
        var bytes = new byte[4];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return Raw(bytes);
    }

    public RawGguf U64(ulong value)
    {
        var bytes = new byte[8];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        }

        return Raw(bytes);
    }

    public RawGguf Count(ulong value) => version == 1 ? U32((uint)value) : U64(value);

    public RawGguf Text(string text) => Count((ulong)Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

    public RawGguf Tensor(string name, uint type, ulong offset, params ReadOnlySpan<ulong> shape)
    {
        Text(name).U32((uint)shape.Length);
        foreach (var size in shape)
        {
            Count(size);
        }

        return U32(type).U64(offset);
    }

    public RawGguf Align(int alignment = 32) => Raw(new byte[((_bytes.Length + alignment - 1) / alignment * alignment) - _bytes.Length]);
}
