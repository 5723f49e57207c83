using System.Buffers.Binary;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>IQ2_XS: the scale as half; 32 words of a point number of nine bits and seven signs; the scales of the sixteen sub-blocks, four bits each.</summary>
internal sealed class IQ2_XSLayout : GridLayout
{
    private const int SubScalesAt = 66;

    /// <inheritdoc/>
    public override int BlockBytes => 74;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Values => Iq2Values;

    /// <inheritdoc/>
    public override void Pack(in GridBlock block, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, block.Scale);
        for (var k = 0; k < 32; k++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 + (2 * k))..], (ushort)(block.Points[k] | (block.Signs[k] << 9)));
        }

        PackScales(block.SubScales, bytes[SubScalesAt..]);
    }

    /// <inheritdoc/>
    public override void Unpack(ReadOnlySpan<byte> bytes, ref GridBlock block)
    {
        block.Scale = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        for (var k = 0; k < 32; k++)
        {
            var word = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 + (2 * k))..]);
            block.Points[k] = (ushort)(word & 0x1FF);
            block.Signs[k] = EvenSigns((uint)word >> 9);
        }

        UnpackScales(bytes[SubScalesAt..], block.SubScales);
    }

    /// <inheritdoc/>
    public override void Scales(in GridBlock block, Span<float> scales) => HalfOddScales(block, 0.25f, scales);
}
