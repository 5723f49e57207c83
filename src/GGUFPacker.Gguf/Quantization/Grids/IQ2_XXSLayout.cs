using System.Buffers.Binary;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>IQ2_XXS: the scale as half, then for each sub-block of 32 four point numbers of a byte and a word of signs and sub-block scale.</summary>
internal sealed class IQ2_XXSLayout : GridLayout
{
    /// <inheritdoc/>
    public override int BlockBytes => 66;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Values => Iq2Values;

    /// <inheritdoc/>
    public override void Pack(in GridBlock block, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, block.Scale);
        for (var j = 0; j < 8; j++)
        {
            var words = bytes[(2 + (8 * j))..];
            for (var k = 0; k < 4; k++)
            {
                words[k] = (byte)block.Points[(4 * j) + k];
            }

            BinaryPrimitives.WriteUInt32LittleEndian(words[4..], PackSigns(block.Signs[(4 * j)..], block.SubScales[j]));
        }
    }

    /// <inheritdoc/>
    public override void Unpack(ReadOnlySpan<byte> bytes, ref GridBlock block)
    {
        block.Scale = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        for (var j = 0; j < 8; j++)
        {
            var words = bytes[(2 + (8 * j))..];
            for (var k = 0; k < 4; k++)
            {
                block.Points[(4 * j) + k] = words[k];
            }

            UnpackSigns(BinaryPrimitives.ReadUInt32LittleEndian(words[4..]), block.Signs[(4 * j)..], out block.SubScales[j]);
        }
    }

    /// <inheritdoc/>
    public override void Scales(in GridBlock block, Span<float> scales) => HalfOddScales(block, 0.25f, scales);
}
