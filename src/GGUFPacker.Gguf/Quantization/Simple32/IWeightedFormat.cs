using GGUFPacker.Gguf.Quantization.Lanes;

namespace GGUFPacker.Gguf.Quantization.Simple32;

/// <summary>What distinguishes the types with nibbles when there is an importance: how one block of 32 is searched and stored.</summary>
internal unsafe interface IWeightedFormat
{
    /// <summary>The bytes of a block.</summary>
    int BlockBytes { get; }

    /// <summary>Searches and stores one block.</summary>
    void Quantize(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, Span<byte> block);

    /// <summary>Searches as many blocks as there are lanes.</summary>
    /// <param name="rows">For each element of the blocks a row of three vectors: the elements and their weights, in lanes, and room for one more.</param>
    /// <param name="found">Room for <see cref="Searches.AffineFound.Floats"/> of the lanes; what it holds is the format's matter.</param>
    /// <returns>False if the scalar code must see to these blocks.</returns>
    bool TrySearch<T>(float* rows, float* found)
        where T : unmanaged, ILanes<T>;

    /// <summary>Stores the block of one lane.</summary>
    void Write<TRow>(float* x, float* found, int lanes, int lane, Span<byte> block)
        where TRow : unmanaged, ILanes<TRow>;
}
