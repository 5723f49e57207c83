using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// The block of 256 of Q3_K: the codes' third bits (32 bytes; that of element i is bit i / 32 of byte i % 32), the low two (<see cref="CrumbCodes"/>, 64
/// bytes), for each of sixteen sub-blocks of 16 six bits of scale (12 bytes), then the scale as half. Element = scale * (subScale - 32) * (code - 4).
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

    private const ulong Nibbles = 0x0F0F0F0F0F0F0F0F;
    private const ulong Crumbs = 0x0303030303030303;
    private const int LowAt = 32;
    private const int SubScalesAt = 96;
    private const int ScaleAt = 108;

    /// <summary>Writes scales that a search without importance found: the one of largest magnitude becomes -32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteScales(ReadOnlySpan<float> scales, Span<byte> block)
    {
        Span<byte> subScales = stackalloc byte[SubBlocks];
        var extreme = ScaleRounding.Extreme(scales);
        if (extreme == 0)
        {
            // Not 32, which would stand for 0: then nothing is written.
            subScales.Clear();
            WriteScales(0f, subScales, block);
            return;
        }

        // The low byte, with its sign, is cut to six bits.
        var inverse = -(float)HalfScale / extreme;
        var rounded = ScaleRounding.Round(scales, inverse, int.MaxValue);
        rounded = Vector128.Max(Vector128.Create((sbyte)-HalfScale), Vector128.Min(Vector128.Create((sbyte)(HalfScale - 1)), rounded));
        (rounded + Vector128.Create((sbyte)HalfScale)).AsByte().CopyTo(subScales);
        WriteScales(1 / inverse, subScales, block);
    }

    /// <summary>
    /// Writes the scale and the sub-blocks' scales, 0 to 63: their low nibbles in eight bytes, sub-blocks j and j + 8 together, then two bits each.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteScales(float scale, ReadOnlySpan<byte> subScales, Span<byte> block)
    {
        // Eight or four bytes at once.
        var first = BinaryPrimitives.ReadUInt64LittleEndian(subScales);
        var second = BinaryPrimitives.ReadUInt64LittleEndian(subScales[8..]);
        BinaryPrimitives.WriteUInt64LittleEndian(block[SubScalesAt..], (first & Nibbles) | ((second & Nibbles) << 4));
        first = (first >> 4) & Crumbs;
        second = (second >> 4) & Crumbs;
        BinaryPrimitives.WriteUInt32LittleEndian(block[(SubScalesAt + 8)..], (uint)(first | (first >> 30) | (second << 4) | (second >> 26)));
        BinaryPrimitives.WriteUInt16LittleEndian(block[ScaleAt..], HalfBits.FromSingle(scale));
    }

    /// <summary>Reads the scales as they are stored: for each sub-block scale * (subScale - 32).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReadScales(ReadOnlySpan<byte> block, Span<float> scales)
    {
        var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block[ScaleAt..]));
        var low = BinaryPrimitives.ReadUInt64LittleEndian(block[SubScalesAt..]);
        ulong high = BinaryPrimitives.ReadUInt32LittleEndian(block[(SubScalesAt + 8)..]);
        var first = (low & Nibbles) | (((high | (high << 30)) & Crumbs) << 4);
        var second = ((low >> 4) & Nibbles) | ((((high >> 4) | (high << 26)) & Crumbs) << 4);
        Span<byte> subScales = stackalloc byte[SubBlocks];
        BinaryPrimitives.WriteUInt64LittleEndian(subScales, first);
        BinaryPrimitives.WriteUInt64LittleEndian(subScales[8..], second);
        CodeExpansion.Symmetric(subScales, HalfScale, scale, scales);
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
