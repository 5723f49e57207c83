using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.KQuants;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>Q4_0 and Q5_0 with an importance: <see cref="SymmetricSearchScalar"/> over each block.</summary>
internal readonly unsafe struct SymmetricWeightedFormat(int bits) : IWeightedFormat
{
    private const int Length = NibbleBlocks.Length;

    /// <inheritdoc/>
    public int BlockBytes => bits == 5 ? 22 : 18;

    private int Half => 1 << (bits - 1);

    /// <inheritdoc/>
    public void Quantize(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        var scale = SymmetricSearchScalar.Search(x, weights, Half, codes);
        Write(scale, codes, block);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TrySearch<T>(float* rows, float* found)
        where T : unmanaged, ILanes<T> =>
        SymmetricSearchVector<T>.TrySearch(rows, Length, Half, found, found + T.Count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write<TRow>(float* x, float* found, int lanes, int lane, Span<byte> block)
        where TRow : unmanaged, ILanes<TRow>
    {
        // A block that counts as zero has codes of 0 where the others have code + half.
        var codes = stackalloc byte[Length];
        var inverse = found[lanes + lane];
        CodeRounding<TRow>.RoundProducts(x, Length, inverse, Half, inverse == 0 ? 0 : Half, codes);
        Write(found[lane], new ReadOnlySpan<byte>(codes, Length), block);
    }

    private void Write(float scale, ReadOnlySpan<byte> codes, Span<byte> block)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(block, HalfBits.FromSingle(scale));
        if (bits == 5)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[2..], NibbleBlocks.PackHigh(codes));
        }

        NibbleBlocks.PackLow(bits, codes, block.Slice(BlockBytes - 16, 16));
    }
}
