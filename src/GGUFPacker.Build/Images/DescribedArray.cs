using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Images;

/// <summary>An array of numbers that a config describes and does not list.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Count">The number of its elements.</param>
/// <param name="Offset">Where it begins in the file, with the type of its elements.</param>
/// <param name="CountBytes">The bytes of its count: 8, or 4 in version 1.</param>
internal sealed record DescribedArray(string Key, GgufValueType Type, int Count, long Offset, int CountBytes)
{
    /// <summary>Reads it from its file.</summary>
    /// <exception cref="ContentException">The file has something else there.</exception>
    public async Task<GgufValue> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        var size = SizeOf(Type);
        var bytes = new byte[sizeof(uint) + CountBytes + (Count * size)];
        if (Offset > file.Length - bytes.Length)
        {
            throw Other();
        }

        file.Position = Offset;
        await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        var type = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var swap = type != (uint)Type;
        if (swap && BinaryPrimitives.ReverseEndianness(type) != (uint)Type)
        {
            throw Other();
        }

        var data = bytes.AsSpan(sizeof(uint) + CountBytes);
        if (swap)
        {
            for (var i = 0; i < data.Length; i += size)
            {
                data.Slice(i, size).Reverse();
            }
        }

        return ValueOf(data);
    }

    /// <summary>Bytes of an element; 0 for what is no number.</summary>
    public static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };

    private GgufValue ValueOf(ReadOnlySpan<byte> data) => Type switch
    {
        GgufValueType.UInt8 => Of<byte>(data),
        GgufValueType.Int8 => Of<sbyte>(data),
        GgufValueType.Bool => GgufValue.OfArray(Array.ConvertAll(data.ToArray(), flag => flag != 0)),
        GgufValueType.UInt16 => Of<ushort>(data),
        GgufValueType.Int16 => Of<short>(data),
        GgufValueType.UInt32 => Of<uint>(data),
        GgufValueType.Int32 => Of<int>(data),
        GgufValueType.Float32 => Of<float>(data),
        GgufValueType.UInt64 => Of<ulong>(data),
        GgufValueType.Int64 => Of<long>(data),
        _ => Of<double>(data),
    };

    // Little-endian, as every machine that .NET 10 runs on but s390x.
    private static GgufValue Of<T>(ReadOnlySpan<byte> data)
        where T : unmanaged => GgufValue.OfArray(MemoryMarshal.Cast<byte, T>(data).ToArray());

    private ContentException Other() => new($"The image's file has no array '{Key}' where the config says it is.");
}
