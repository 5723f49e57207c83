using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// The block of 256 of Q3_K: the codes' third bits (32 bytes; that of element i is bit i / 32 of byte i % 32), the low two (<see cref="CrumbCodes"/>, 64 bytes),
/// for each of sixteen sub-blocks of 16 six bits of scale (12 bytes), then the scale as half. Element = scale * (subScale - 32) * (code - 4).
/// </summary>
internal static class Q3_KBlock
{
    public const int Length = 256;
    public const int SubBlocks = 16;
    public const int SubLength = 16;

    /// <summary>Minus the lowest code.</summary>
    public const int Half = 4;

    /// <summary>Minus the lowest sub-block scale.</summary>
    public const int HalfScale = 32;

    /// <summary>The bytes of a block.</summary>
    public const int BlockBytes = 110;

    private const int LowAt = 32;
    private const int SubScalesAt = 96;
    private const int ScaleAt = 108;

    /// <summary>Writes scales that a search without importance found: the one of largest magnitude becomes -32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteScales(ReadOnlySpan<float> scales, Span<byte> block)
    {
        float extreme = 0, largest = 0;
        for (var j = 0; j < SubBlocks; j++)
        {
            if (MathF.Abs(scales[j]) > largest)
            {
                largest = MathF.Abs(scales[j]);
                extreme = scales[j];
            }
        }

        Span<byte> subScales = stackalloc byte[SubBlocks];
        if (extreme == 0)
        {
            // Not 32, which would stand for 0: then nothing is written.
            subScales.Clear();
            WriteScales(0f, subScales, block);
            return;
        }

        var inverse = -(float)HalfScale / extreme;
        for (var j = 0; j < SubBlocks; j++)
        {
            // The low byte, with its sign, is cut to six bits.
            subScales[j] = (byte)(HalfScale + Math.Clamp((int)(sbyte)Arithmetic.NearestInt(inverse * scales[j]), -HalfScale, HalfScale - 1));
        }

        WriteScales(1 / inverse, subScales, block);
    }

    /// <summary>Writes the scale and the sub-blocks' scales, 0 to 63: their low nibbles in eight bytes, sub-blocks j and j + 8 together, then two bits each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteScales(float scale, ReadOnlySpan<byte> subScales, Span<byte> block)
    {
        var packed = block.Slice(SubScalesAt, 12);
        for (var j = 0; j < 8; j++)
        {
            packed[j] = (byte)((subScales[j] & 0x0F) | (subScales[j + 8] << 4));
        }

        for (var j = 0; j < 4; j++)
        {
            packed[j + 8] = (byte)((subScales[j] >> 4) | ((subScales[j + 4] >> 4) << 2) | ((subScales[j + 8] >> 4) << 4) | ((subScales[j + 12] >> 4) << 6));
        }

        BinaryPrimitives.WriteUInt16LittleEndian(block[ScaleAt..], HalfBits.FromSingle(scale));
    }

    /// <summary>Reads the scales as they are stored: for each sub-block scale * (subScale - 32).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReadScales(ReadOnlySpan<byte> block, Span<float> scales)
    {
        var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block[ScaleAt..]));
        var packed = block.Slice(SubScalesAt, 12);
        for (var j = 0; j < SubBlocks; j++)
        {
            var low = (packed[j % 8] >> (j / 8 * 4)) & 0x0F;
            var high = (packed[8 + (j % 4)] >> (j / 4 * 2)) & 3;
            scales[j] = scale * ((low | (high << 4)) - HalfScale);
        }
    }

    /// <summary>Packs 256 codes, 0 to 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackCodes(ReadOnlySpan<byte> codes, Span<byte> block)
    {
        CrumbCodes.Pack(codes, block.Slice(LowAt, CrumbCodes.Bytes));
        for (var i = 0; i < 32; i += Vector128<byte>.Count)
        {
            var packed = Vector128<byte>.Zero;
            for (var j = 0; j < 8; j++)
            {
                packed |= (Vector128.Create(codes[((j * 32) + i)..]) >> 2) << j;
            }

            packed.CopyTo(block[i..]);
        }
    }

    /// <summary>Unpacks 256 codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void UnpackCodes(ReadOnlySpan<byte> block, Span<byte> codes)
    {
        CrumbCodes.Unpack(block.Slice(LowAt, CrumbCodes.Bytes), codes);
        for (var i = 0; i < 32; i += Vector128<byte>.Count)
        {
            var high = Vector128.Create(block[i..]);
            for (var j = 0; j < 8; j++)
            {
                var run = codes[((j * 32) + i)..];
                (Vector128.Create(run) | (((high >> j) & Vector128<byte>.One) << 2)).CopyTo(run);
            }
        }
    }
}
