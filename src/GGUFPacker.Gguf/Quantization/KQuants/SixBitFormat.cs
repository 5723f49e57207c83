using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// Q4_K (4 bits) and Q5_K (5): scale and minimum as halves (bytes 0-3), for each of eight sub-blocks of 32 a six-bit scale and a six-bit minimum
/// (bytes 4-15), for Q5_K the fifth bits (32 bytes), then the low four bits (128 bytes).
/// </summary>
internal sealed class SixBitFormat(int bits) : AffineFormat
{
    private const int Count = 8;
    private const int SubScalesAt = 4;
    private const int CodesAt = 16;

    /// <inheritdoc/>
    public override int SubLength => 32;

    /// <inheritdoc/>
    public override int Highest { get; } = (1 << bits) - 1;

    /// <inheritdoc/>
    public override int HighestScale => 63;

    /// <inheritdoc/>
    public override int BlockBytes { get; } = bits == 4 ? 144 : 176;

    /// <inheritdoc/>
    public override AffineSearchParameters Parameters { get; } = bits == 4 ? AffineSearchParameters.Q4_K : AffineSearchParameters.Q5_K;

    /// <inheritdoc/>
    public override bool WeighsWithRootMeanSquare => true;

    /// <inheritdoc/>
    public override int SquaresFactor => 2;

    /// <inheritdoc/>
    protected override int ScaleAt => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WriteSubScales(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> minima, Span<byte> block)
    {
        var packed = block.Slice(SubScalesAt, 12);
        for (var j = 0; j < Count; j++)
        {
            // Only the reference of Q5_K cuts to six bits here; in that of Q4_K what is above reaches a neighbour's bits.
            var scale = bits == 5 ? Math.Min((byte)63, scales[j]) : scales[j];
            var minimum = bits == 5 ? Math.Min((byte)63, minima[j]) : minima[j];
            if (j < 4)
            {
                packed[j] = scale;
                packed[j + 4] = minimum;
            }
            else
            {
                packed[j + 4] = (byte)((scale & 0x0F) | ((minimum & 0x0F) << 4));
                packed[j - 4] |= (byte)((scale >> 4) << 6);
                packed[j] |= (byte)((minimum >> 4) << 6);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ReadSubScales(ReadOnlySpan<byte> block, Span<byte> scales, Span<byte> minima)
    {
        var packed = block.Slice(SubScalesAt, 12);
        for (var j = 0; j < Count; j++)
        {
            scales[j] = (byte)(j < 4 ? packed[j] & 63 : (packed[j + 4] & 0x0F) | ((packed[j - 4] >> 6) << 4));
            minima[j] = (byte)(j < 4 ? packed[j + 4] & 63 : (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4));
        }
    }

    /// <summary>Packs 256 codes: the low nibbles of sub-blocks 2n and 2n + 1 share 32 bytes; the fifth bit of sub-block j is bit j of byte i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void PackCodes(ReadOnlySpan<byte> codes, Span<byte> block)
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
                for (var j = 0; j < Count; j++)
                {
                    packed |= ((Vector128.Create(codes[((j * 32) + i)..]) >> 4) << j);
                }

                packed.CopyTo(block[(CodesAt + i)..]);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void UnpackCodes(ReadOnlySpan<byte> block, Span<byte> codes)
    {
        var low = block[^128..];
        for (var i = 0; i < 32; i += Vector128<byte>.Count)
        {
            var high = bits == 5 ? Vector128.Create(block[(CodesAt + i)..]) : Vector128<byte>.Zero;
            for (var j = 0; j < Count; j += 2)
            {
                var pair = Vector128.Create(low[((j * 16) + i)..]);
                var even = (pair & Vector128.Create((byte)0x0F)) | (((high >> j) & Vector128<byte>.One) << 4);
                var odd = (pair >> 4) | (((high >> (j + 1)) & Vector128<byte>.One) << 4);
                even.CopyTo(codes[((j * 32) + i)..]);
                odd.CopyTo(codes[(((j + 1) * 32) + i)..]);
            }
        }
    }

    /// <inheritdoc/>
    protected override byte RoundScale(float scaled) => Math.Min((byte)63, (byte)Arithmetic.NearestInt(scaled));
}
