using System.Buffers.Binary;
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
    private const uint SixBits = 0x3F3F3F3F;
    private const uint Nibbles = 0x0F0F0F0F;
    private const uint Crumbs = 0x03030303;
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
    protected override int HighestByte => 63;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void WriteSubScales(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> minima, Span<byte> block)
    {
        // Only the reference of Q5_K cuts to six bits here; in that of Q4_K what is above reaches a neighbour's bits.
        var limit = Vector128.Create((byte)(bits == 5 ? 63 : 255));
        var cutScales = Vector128.Min(Vector128.Create(scales), limit).AsUInt32();
        var cutMinima = Vector128.Min(Vector128.Create(minima), limit).AsUInt32();

        // The low six bits of the first four, and above them the upper two of the last four; then the lower four of the last.
        var (firstScales, lastScales) = (cutScales[0], cutScales[1]);
        var (firstMinima, lastMinima) = (cutMinima[0], cutMinima[1]);
        var packed = block.Slice(SubScalesAt, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(packed, firstScales | (((lastScales >> 4) & Crumbs) << 6));
        BinaryPrimitives.WriteUInt32LittleEndian(packed[4..], firstMinima | (((lastMinima >> 4) & Crumbs) << 6));
        BinaryPrimitives.WriteUInt32LittleEndian(packed[8..], (lastScales & Nibbles) | ((lastMinima & Nibbles) << 4));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ReadSubScales(ReadOnlySpan<byte> block, Span<byte> scales, Span<byte> minima)
    {
        var packed = block.Slice(SubScalesAt, 12);
        var first = BinaryPrimitives.ReadUInt32LittleEndian(packed);
        var second = BinaryPrimitives.ReadUInt32LittleEndian(packed[4..]);
        var third = BinaryPrimitives.ReadUInt32LittleEndian(packed[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(scales, first & SixBits);
        BinaryPrimitives.WriteUInt32LittleEndian(scales[4..], (third & Nibbles) | (((first >> 6) & Crumbs) << 4));
        BinaryPrimitives.WriteUInt32LittleEndian(minima, second & SixBits);
        BinaryPrimitives.WriteUInt32LittleEndian(minima[4..], ((third >> 4) & Nibbles) | (((second >> 6) & Crumbs) << 4));
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
}
