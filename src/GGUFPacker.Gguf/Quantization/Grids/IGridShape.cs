using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>The dimensions of a grid as constants that the vector search is compiled for.</summary>
internal unsafe interface IGridShape
{
    /// <summary>The elements of a group.</summary>
    static abstract int Dimensions { get; }

    /// <summary>The levels of a dimension.</summary>
    static abstract int Levels { get; }

    /// <summary>The bits that a level takes in a code.</summary>
    static abstract int Bits { get; }

    /// <summary>What each code's level l of a dimension stands for: 2 * l + 1.</summary>
    static abstract Vector256<float> Values(Vector256<int> codes, int dimension);

    /// <summary>The nearest candidate's code, or -1, with levels that stand for scale * (2 * l + 1).</summary>
    static abstract int FindNearest(ushort* candidates, int count, float* x, float* weights, float scale);
}
