using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// The block of 256 of Q6_K: the low four bits (128 bytes), the high two (64 bytes), for each of sixteen sub-blocks of 16 a signed scale byte,
/// then the scale as half. Element = scale * subScale * (code - 32).
/// </summary>
internal static class Q6_KBlock
{
    public const int Length = 256;
    public const int SubBlocks = 16;
    public const int SubLength = 16;

    /// <summary>Minus the lowest code.</summary>
    public const int Half = 32;

    /// <summary>The bytes of a block.</summary>
    public const int BlockBytes = 210;
    private const int HighAt = 128;
    private const int SubScalesAt = 192;
    private const int ScaleAt = 208;

    /// <summary>Writes scale and sub-block scales, unless all are next to zero: then the whole block is zero bytes and the result is false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryWriteScales(ReadOnlySpan<float> scales, Span<byte> block)
    {
        var extreme = ScaleRounding.Extreme(scales);
        if (MathF.Abs(extreme) < SymmetricSearchScalar.Epsilon)
        {
            block.Clear();
            return false;
        }

        var inverse = -128f / extreme;
        BinaryPrimitives.WriteUInt16LittleEndian(block[ScaleAt..], HalfBits.FromSingle(1 / inverse));
        ScaleRounding.Round(scales, inverse, 127).AsByte().CopyTo(block[SubScalesAt..]);
        return true;
    }

    /// <summary>Reads what <see cref="TryWriteScales"/> wrote: for each sub-block scale * subScale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReadScales(ReadOnlySpan<byte> block, Span<float> scales)
    {
        var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block[ScaleAt..]));
        CodeExpansion.Signed(MemoryMarshal.Cast<byte, sbyte>(block.Slice(SubScalesAt, SubBlocks)), scale, scales);
    }

    /// <summary>
    /// Packs 256 codes. In each half of the block, low byte l has the nibbles of elements l and l + 64, high byte l (below 32) the upper two bits
    /// of elements l, l + 32, l + 64 and l + 96.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackCodes(ReadOnlySpan<byte> codes, Span<byte> block)
    {
        for (var n = 0; n < 2; n++)
        {
            var run = codes.Slice(n * 128, 128);
            var low = block.Slice(n * 64, 64);
            var high = block.Slice(HighAt + (n * 32), 32);
            for (var l = 0; l < 64; l += Vector128<byte>.Count)
            {
                var first = Vector128.Create(run[l..]) & Vector128.Create((byte)0x0F);
                (first | (Vector128.Create(run[(l + 64)..]) << 4)).CopyTo(low[l..]);
            }

            for (var l = 0; l < 32; l += Vector128<byte>.Count)
            {
                var packed = Vector128.Create(run[l..]) >> 4;
                packed |= (Vector128.Create(run[(l + 32)..]) >> 4) << 2;
                packed |= (Vector128.Create(run[(l + 64)..]) >> 4) << 4;
                packed |= (Vector128.Create(run[(l + 96)..]) >> 4) << 6;
                packed.CopyTo(high[l..]);
            }
        }
    }

    /// <summary>Unpacks 256 codes, 0 to 63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void UnpackCodes(ReadOnlySpan<byte> block, Span<byte> codes)
    {
        var nibble = Vector128.Create((byte)0x0F);
        var upper = Vector128.Create((byte)0x30);
        for (var n = 0; n < 2; n++)
        {
            var run = codes.Slice(n * 128, 128);
            for (var l = 0; l < 32; l += Vector128<byte>.Count)
            {
                var first = Vector128.Create(block[((n * 64) + l)..]);
                var second = Vector128.Create(block[((n * 64) + l + 32)..]);
                var high = Vector128.Create(block[(HighAt + (n * 32) + l)..]);
                ((first & nibble) | ((high << 4) & upper)).CopyTo(run[l..]);
                ((second & nibble) | ((high << 2) & upper)).CopyTo(run[(l + 32)..]);
                ((first >> 4) | (high & upper)).CopyTo(run[(l + 64)..]);
                ((second >> 4) | ((high >> 2) & upper)).CopyTo(run[(l + 96)..]);
            }
        }
    }
}
