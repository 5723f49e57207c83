using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>Q4_1 and Q5_1 with an importance: <see cref="AffineSearchScalar"/> over each block.</summary>
internal readonly unsafe struct AffineWeightedFormat(int bits) : IWeightedFormat
{
    private const int Length = NibbleBlocks.Length;

    /// <inheritdoc/>
    public int BlockBytes => bits == 5 ? 24 : 20;

    private int Highest => (1 << bits) - 1;

    /// <inheritdoc/>
    public void Quantize(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Length];
        var scale = AffineSearchScalar.Search(x, weights, AffineSearchParameters.Weighted(Highest), codes, out var negatedMinimum);
        Write(scale, -negatedMinimum, codes, block);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TrySearch<T>(float* rows, float* found)
        where T : unmanaged, ILanes<T> =>
        AffineSearchVector<T>.TrySearch(rows, Length, AffineSearchParameters.Weighted(Highest), new AffineFound(found, T.Count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write<TRow>(float* x, float* found, int lanes, int lane, Span<byte> block)
        where TRow : unmanaged, ILanes<TRow>
    {
        var codes = stackalloc byte[Length];
        var rows = new AffineFound(found, lanes);
        for (var i = 0; i < Length; i += TRow.Count)
        {
            var code = TRow.Round(TRow.Create(rows.Inverses[lane]) * (TRow.Load(x + i) - TRow.Create(rows.CodeMinima[lane])));
            TRow.Clamp(code, 0, Highest).StoreAsBytes(codes + i);
        }

        Write(rows.Scales[lane], -rows.Minima[lane], new ReadOnlySpan<byte>(codes, Length), block);
    }

    private void Write(float scale, float minimum, ReadOnlySpan<byte> codes, Span<byte> block)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(block, HalfBits.FromSingle(scale));
        BinaryPrimitives.WriteUInt16LittleEndian(block[2..], HalfBits.FromSingle(minimum));
        if (bits == 5)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[4..], NibbleBlocks.PackHigh(codes));
        }

        NibbleBlocks.PackLow(bits, codes, block.Slice(BlockBytes - 16, 16));
    }
}
