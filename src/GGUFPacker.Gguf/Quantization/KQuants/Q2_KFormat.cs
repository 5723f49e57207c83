using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Searches;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// Q2_K: for each of sixteen sub-blocks of 16 a byte with four bits of scale and four of minimum (bytes 0-15), the codes (<see cref="CrumbCodes"/>,
/// 64 bytes), then scale and minimum as halves.
/// </summary>
internal sealed class Q2_KFormat : AffineFormat
{
    private const int CodesAt = 16;

    /// <inheritdoc/>
    public override int SubLength => 16;

    /// <inheritdoc/>
    public override int Highest => 3;

    /// <inheritdoc/>
    public override int HighestScale => 15;

    /// <inheritdoc/>
    public override int BlockBytes => 84;

    /// <inheritdoc/>
    public override AffineSearchParameters Parameters => AffineSearchParameters.Q2_K;

    /// <inheritdoc/>
    public override bool WeighsWithRootMeanSquare => false;

    /// <inheritdoc/>
    public override int SquaresFactor => 1;

    /// <inheritdoc/>
    protected override int ScaleAt => 80;

    /// <inheritdoc/>
    protected override int HighestByte => 255;

    /// <inheritdoc/>
    public override void WriteSubScales(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> minima, Span<byte> block)
    {
        // The reference does not cut the scale to four bits, so that one out of range reaches the minimum's.
        (Vector128.Create(scales) | (Vector128.Create(minima) << 4)).CopyTo(block);
    }

    /// <inheritdoc/>
    public override void ReadSubScales(ReadOnlySpan<byte> block, Span<byte> scales, Span<byte> minima)
    {
        var packed = Vector128.Create(block);
        (packed & Vector128.Create((byte)0x0F)).CopyTo(scales);
        (packed >> 4).CopyTo(minima);
    }

    /// <inheritdoc/>
    public override void PackCodes(ReadOnlySpan<byte> codes, Span<byte> block) => CrumbCodes.Pack(codes, block.Slice(CodesAt, CrumbCodes.Bytes));

    /// <inheritdoc/>
    public override void UnpackCodes(ReadOnlySpan<byte> block, Span<byte> codes) => CrumbCodes.Unpack(block.Slice(CodesAt, CrumbCodes.Bytes), codes);
}
