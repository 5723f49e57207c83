using System.Buffers.Binary;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>IQ3_XXS: the scale as half, 64 point numbers of a byte, then for each sub-block of 32 a word of signs and sub-block scale.</summary>
internal sealed class IQ3_XXSLayout : GridLayout
{
    private const int PointsAt = 2;
    private const int WordsAt = 66;

    /// <inheritdoc/>
    public override int BlockBytes => 98;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Values => [4, 12, 20, 28, 36, 44, 52, 62];

    /// <inheritdoc/>
    public override void Pack(in GridBlock block, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, block.Scale);
        for (var k = 0; k < 64; k++)
        {
            bytes[PointsAt + k] = (byte)block.Points[k];
        }

        for (var j = 0; j < 8; j++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(WordsAt + (4 * j))..], PackSigns(block.Signs[(4 * j)..], block.SubScales[j]));
        }
    }

    /// <inheritdoc/>
    public override void Unpack(ReadOnlySpan<byte> bytes, ref GridBlock block)
    {
        block.Scale = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        for (var k = 0; k < 64; k++)
        {
            block.Points[k] = bytes[PointsAt + k];
        }

        for (var j = 0; j < 8; j++)
        {
            UnpackSigns(BinaryPrimitives.ReadUInt32LittleEndian(bytes[(WordsAt + (4 * j))..]), block.Signs[(4 * j)..], out block.SubScales[j]);
        }
    }

    /// <inheritdoc/>
    public override void Scales(in GridBlock block, Span<float> scales) => HalfOddScales(block, 0.5f, scales);
}
