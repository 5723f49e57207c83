using System.Buffers.Binary;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>Byte order of numbers. In llama.cpp's big-endian files plain numbers are swapped, BF16 and every block type are not.</summary>
internal static class GgufByteOrder
{
    /// <summary>Bytes of one number to swap in a big-endian file's tensor data; 1 if nothing is.</summary>
    public static int SwapUnit(TensorType type) => type switch
    {
        TensorType.F16 or TensorType.I16 => 2,
        TensorType.F32 or TensorType.I32 => 4,
        TensorType.F64 or TensorType.I64 => 8,
        _ => 1,
    };

    /// <summary>Reverses the bytes of each number of <paramref name="unit"/> bytes.</summary>
    public static void Reverse(Span<byte> bytes, int unit)
    {
        switch (unit)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
