using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// <see cref="IQ4_XSScalar"/> with vectors: the search works across the sub-blocks of one or two blocks (<see cref="NonLinearGroups{TSearch, TRow}"/>; the
/// lanes of <typeparamref name="TSearch"/> are 8 or 16), weights and codes along a sub-block (<see cref="NonLinearRunVector{T}"/>); both give the scalar code's
/// bits.
/// </summary>
internal static unsafe class IQ4_XSVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int SubLength = NonLinearSearchScalar.Length;

    /// <summary>Quantizes whole blocks; with an importance, whole rows of its length.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        var memory = stackalloc float[NonLinearGroups<TSearch, TRow>.ScratchFloats];
        var scales = stackalloc float[TSearch.Count];
        fixed (float* x = source, row = importance)
        {
            var subBlocks = source.Length / SubLength;
            for (var first = 0; first < subBlocks; first += TSearch.Count)
            {
                var runs = Math.Min(TSearch.Count, subBlocks - first);
                var at = first * SubLength;
                NonLinearGroups<TSearch, TRow>.Search(x + at, runs, IQ4_XSBlock.Length, row, importance.Length, at, memory, scales);
                for (var j = 0; j < runs; j += IQ4_XSBlock.SubBlocks)
                {
                    var block = destination.Slice((first + j) / IQ4_XSBlock.SubBlocks * IQ4_XSBlock.BlockBytes, IQ4_XSBlock.BlockBytes);
                    Finish(x + at + (j * SubLength), new Span<float>(scales + j, IQ4_XSBlock.SubBlocks), block);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(float* x, Span<float> scales, Span<byte> block)
    {
        IQ4_XSBlock.WriteScales(scales, block);
        fixed (byte* codes = block[IQ4_XSBlock.CodesAt..])
        {
            for (var j = 0; j < IQ4_XSBlock.SubBlocks; j++)
            {
                NonLinearRunVector<TRow>.Pack(x + (j * SubLength), scales[j], codes + (j * NonLinearRun.PackedBytes));
            }
        }
    }
}
