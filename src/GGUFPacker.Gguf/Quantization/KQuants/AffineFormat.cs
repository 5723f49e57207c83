using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// The K-quants with scale and minimum: Q2_K, Q4_K, Q5_K. A block of 256 has a scale and a minimum as halves; each of its sub-blocks has a scale and a
/// minimum of a few bits. Element = scale * subScale * code - minimum * subMinimum.
/// </summary>
internal abstract class AffineFormat
{
    public const int Length = 256;

    /// <summary>The most sub-blocks that a block has.</summary>
    public const int MostSubBlocks = 16;

    /// <summary>The number of elements of a sub-block.</summary>
    public abstract int SubLength { get; }

    /// <summary>The number of sub-blocks.</summary>
    public int SubBlocks => Length / SubLength;

    /// <summary>The highest code.</summary>
    public abstract int Highest { get; }

    /// <summary>The highest sub-block scale or minimum.</summary>
    public abstract int HighestScale { get; }

    /// <summary>The bytes of a block.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>What the search tries when there is no importance.</summary>
    public abstract AffineSearchParameters Parameters { get; }

    /// <summary>Without an importance: whether the root mean square of a sub-block is a part of its weights (<see cref="MagnitudeWeights"/>).</summary>
    public abstract bool WeighsWithRootMeanSquare { get; }

    /// <summary>With an importance, sigma2 is this number times a block's mean square.</summary>
    public abstract int SquaresFactor { get; }

    /// <summary>Where the block's scale is; its minimum follows.</summary>
    protected abstract int ScaleAt { get; }

    /// <summary>Writes the sub-blocks' scales and minima. They are in range unless a search was given weights that are no weights.</summary>
    public abstract void WriteSubScales(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> minima, Span<byte> block);

    /// <summary>Reads what <see cref="WriteSubScales"/> wrote.</summary>
    public abstract void ReadSubScales(ReadOnlySpan<byte> block, Span<byte> scales, Span<byte> minima);

    /// <summary>Packs 256 codes.</summary>
    public abstract void PackCodes(ReadOnlySpan<byte> codes, Span<byte> block);

    /// <summary>Unpacks 256 codes.</summary>
    public abstract void UnpackCodes(ReadOnlySpan<byte> block, Span<byte> codes);

    /// <summary>To what the low byte of a sub-block's rounded scale or minimum is cut.</summary>
    protected abstract int HighestByte { get; }

    /// <summary>Writes scales and minima that a search without importance found: the largest of each becomes the highest.</summary>
    public void WriteScales(ReadOnlySpan<float> scales, ReadOnlySpan<float> minima, Span<byte> block)
    {
        scales = scales[..SubBlocks];
        minima = minima[..SubBlocks];
        var largestScale = ScaleRounding.LargestAboveZero(scales);
        var largestMinimum = ScaleRounding.LargestAboveZero(minima);
        var inverseScale = largestScale > 0 ? HighestScale / largestScale : 0f;
        var inverseMinimum = largestMinimum > 0 ? HighestScale / largestMinimum : 0f;
        Span<byte> subScales = stackalloc byte[MostSubBlocks];
        Span<byte> subMinima = stackalloc byte[MostSubBlocks];
        ScaleRounding.RoundLowBytes(scales, inverseScale, HighestByte, subScales);
        ScaleRounding.RoundLowBytes(minima, inverseMinimum, HighestByte, subMinima);
        WriteScales(largestScale / HighestScale, largestMinimum / HighestScale, subScales, subMinima, block);
    }

    /// <summary>Writes all scales and minima.</summary>
    public void WriteScales(float scale, float minimum, ReadOnlySpan<byte> subScales, ReadOnlySpan<byte> subMinima, Span<byte> block)
    {
        WriteSubScales(subScales, subMinima, block);
        BinaryPrimitives.WriteUInt16LittleEndian(block[ScaleAt..], HalfBits.FromSingle(scale));
        BinaryPrimitives.WriteUInt16LittleEndian(block[(ScaleAt + 2)..], HalfBits.FromSingle(minimum));
    }

    /// <summary>
    /// Reads scales and minima as they are stored: for each sub-block scale * subScale and minimum * subMinimum. Both have room for
    /// <see cref="MostSubBlocks"/>.
    /// </summary>
    public void ReadScales(ReadOnlySpan<byte> block, Span<float> scales, Span<float> minima)
    {
        var scale = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block[ScaleAt..]));
        var minimum = HalfBits.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block[(ScaleAt + 2)..]));
        Span<byte> subScales = stackalloc byte[MostSubBlocks];
        Span<byte> subMinima = stackalloc byte[MostSubBlocks];
        ReadSubScales(block, subScales, subMinima);
        CodeExpansion.Symmetric(subScales, 0, scale, scales);
        CodeExpansion.Symmetric(subMinima, 0, minimum, minima);
    }
}
