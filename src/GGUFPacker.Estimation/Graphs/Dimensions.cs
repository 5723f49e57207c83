using System.Runtime.CompilerServices;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>Four numbers, one a dimension: ggml's ne (elements) or nb (strides in bytes).</summary>
[InlineArray(Count)]
internal struct Dimensions
{
    /// <summary>ggml's GGML_MAX_DIMS.</summary>
    public const int Count = 4;

    private long _first;

    public Dimensions(long first, long second = 1, long third = 1, long fourth = 1)
    {
        this[0] = first;
        this[1] = second;
        this[2] = third;
        this[3] = fourth;
    }

    public readonly long Product => checked(this[0] * this[1] * this[2] * this[3]);

    public readonly bool Matches(in Dimensions other) =>
        this[0] == other[0] && this[1] == other[1] && this[2] == other[2] && this[3] == other[3];
}
