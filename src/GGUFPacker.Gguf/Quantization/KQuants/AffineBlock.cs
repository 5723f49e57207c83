using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// The block of 256 of Q4_K and Q5_K: scale and minimum as halves (bytes 0-3), for each of eight sub-blocks of 32 a six-bit scale and a six-bit minimum
/// (bytes 4-15), for Q5_K the fifth bits (32 bytes), then the low four bits (128 bytes). Element = scale * subScale * code - minimum * subMinimum.
/// </summary>
internal static class AffineBlock
{
    public const int Length = 256;
    public const int SubBlocks = 8;
    private const int SubScalesAt = 4;
    private const int CodesAt = 16;

    /// <summary>Writes scale, minimum and the sub-blocks' scales and minima from what the search found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteScales(ReadOnlySpan<float> scales, ReadOnlySpan<float> minima, Span<byte> block)
    {
        // Only a value above 0 counts as the largest: NaN and negative ones do not.
        float largestScale = 0, largestMinimum = 0;
        for (var j = 0; j < SubBlocks; j++)
        {
            largestScale = scales[j] > largestScale ? scales[j] : largestScale;
            largestMinimum = minima[j] > largestMinimum ? minima[j] : largestMinimum;
        }

        var inverseScale = largestScale > 0 ? 63f / largestScale : 0f;
        var inverseMinimum = largestMinimum > 0 ? 63f / largestMinimum : 0f;
        var packed = block.Slice(SubScalesAt, 12);
        for (var j = 0; j < SubBlocks; j++)
        {
            var scale = Math.Min(63, (int)(byte)Arithmetic.NearestInt(inverseScale * scales[j]));
            var minimum = Math.Min(63, (int)(byte)Arithmetic.NearestInt(inverseMinimum * minima[j]));
            if (j < 4)
            {
                packed[j] = (byte)scale;
                packed[j + 4] = (byte)minimum;
            }
            else
            {
                packed[j + 4] = (byte)((scale & 0x0F) | ((minimum & 0x0F) << 4));
                packed[j - 4] |= (byte)((scale >> 4) << 6);
                packed[j] |= (byte)((minimum >> 4) << 6);
            }
        }

        BinaryPrimitives.WriteUInt16LittleEndian(block, HalfBits.FromSingle(largestScale / 63f));
        BinaryPrimitives.WriteUInt16LittleEndian(block[2..], HalfBits.FromSingle(largestMinimum / 63f));
    }

    /// <summary>Reads what <see cref="WriteScales"/> wrote: for each sub-block scale * subScale and minimum * subMinimum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ReadScales(ReadOnlySpan<byte> block, Span<float> scales, Span<float> minima)
    {
        var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block));
        var minimum = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block[2..]));
        var packed = block.Slice(SubScalesAt, 12);
        for (var j = 0; j < SubBlocks; j++)
        {
            var subScale = j < 4 ? packed[j] & 63 : (packed[j + 4] & 0x0F) | ((packed[j - 4] >> 6) << 4);
            var subMinimum = j < 4 ? packed[j + 4] & 63 : (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4);
            scales[j] = scale * subScale;
            minima[j] = minimum * subMinimum;
        }
    }

    /// <summary>Packs 256 codes: the low nibbles of sub-blocks 2n and 2n + 1 share 32 bytes; the fifth bit of sub-block j is bit j of byte i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackCodes(int bits, ReadOnlySpan<byte> codes, Span<byte> block)
    {
        var low = block[^128..];
        for (var i = 0; i < 128; i += Vector128<byte>.Count)
        {
            var first = (i / 32 * 64) + (i % 32);
            var even = Vector128.Create(codes[first..]) & Vector128.Create((byte)0x0F);
            var odd = Vector128.Create(codes[(first + 32)..]) & Vector128.Create((byte)0x0F);
            (even | (odd << 4)).CopyTo(low[i..]);
        }

        if (bits == 5)
        {
            for (var i = 0; i < 32; i += Vector128<byte>.Count)
            {
                var packed = Vector128<byte>.Zero;
                for (var j = 0; j < SubBlocks; j++)
                {
                    packed |= ((Vector128.Create(codes[((j * 32) + i)..]) >> 4) << j);
                }

                packed.CopyTo(block[(CodesAt + i)..]);
            }
        }
    }

    /// <summary>Unpacks 256 codes.</summary>
    public static void UnpackCodes(int bits, ReadOnlySpan<byte> block, Span<byte> codes)
    {
        var low = block[^128..];
        for (var i = 0; i < Length; i++)
        {
            var j = i / 32;
            var code = (low[(j / 2 * 32) + (i % 32)] >> (j % 2 * 4)) & 0x0F;
            codes[i] = (byte)(bits == 5 ? code | (((block[CodesAt + (i % 32)] >> j) & 1) << 4) : code);
        }
    }
}
