using System.Runtime.CompilerServices;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>
/// <see cref="IQ4_NLScalar"/> with vectors: the search works across blocks (<see cref="NonLinearGroups{TSearch, TRow}"/>), weights and codes along a block
/// (<see cref="NonLinearRunVector{T}"/>); both give the scalar code's bits.
/// </summary>
internal static unsafe class IQ4_NLVector<TSearch, TRow>
    where TSearch : unmanaged, ILanes<TSearch>
    where TRow : unmanaged, ILanes<TRow>
{
    private const int Length = NonLinearSearchScalar.Length;

    /// <summary>Quantizes whole blocks; with an importance, whole rows of its length.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination)
    {
        var memory = stackalloc float[NonLinearGroups<TSearch, TRow>.ScratchFloats];
        var scales = stackalloc float[TSearch.Count];
        fixed (float* x = source, row = importance)
        {
            fixed (byte* target = destination)
            {
                var blocks = source.Length / Length;
                for (var block = 0; block < blocks; block += TSearch.Count)
                {
                    var runs = Math.Min(TSearch.Count, blocks - block);
                    var at = block * Length;
                    NonLinearGroups<TSearch, TRow>.Search(x + at, runs, Length, row, importance.Length, at, memory, scales);
                    for (var j = 0; j < runs; j++)
                    {
                        var y = target + ((block + j) * IQ4_NLScalar.BlockBytes);
                        *(ushort*)y = HalfBits.FromSingle(scales[j]);
                        NonLinearRunVector<TRow>.Pack(x + at + (j * Length), NonLinearRun.Inverse(scales[j]), y + IQ4_NLScalar.CodesAt);
                    }
                }
            }
        }
    }
}
