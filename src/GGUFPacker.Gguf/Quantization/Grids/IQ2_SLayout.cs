using System.Buffers.Binary;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// IQ2_S: the scale as half; the lower bytes of the 32 point numbers; 32 bytes of signs; the numbers' upper two bits, four to a byte; the scales of the
/// sixteen sub-blocks, four bits each.
/// </summary>
internal sealed class IQ2_SLayout : GridLayout
{
    private const int PointsAt = 2;
    private const int SignsAt = 34;
    private const int UpperAt = 66;
    private const int SubScalesAt = 74;

    /// <inheritdoc/>
    public override int BlockBytes => 82;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Values => Iq2Values;

    /// <inheritdoc/>
    public override void Pack(in GridBlock block, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, block.Scale);
        for (var k = 0; k < 32; k++)
        {
            bytes[PointsAt + k] = (byte)block.Points[k];
            bytes[UpperAt + (k / 4)] |= (byte)(block.Points[k] >> 8 << (2 * (k % 4)));
        }

        block.Signs.CopyTo(bytes[SignsAt..]);
        PackScales(block.SubScales, bytes[SubScalesAt..]);
    }

    /// <inheritdoc/>
    public override void Unpack(ReadOnlySpan<byte> bytes, ref GridBlock block)
    {
        block.Scale = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        for (var k = 0; k < 32; k++)
        {
            block.Points[k] = (ushort)(bytes[PointsAt + k] | (((bytes[UpperAt + (k / 4)] >> (2 * (k % 4))) & 3) << 8));
        }

        bytes.Slice(SignsAt, 32).CopyTo(block.Signs);
        UnpackScales(bytes[SubScalesAt..], block.SubScales);
    }

    /// <inheritdoc/>
    public override void Scales(in GridBlock block, Span<float> scales) => HalfOddScales(block, 0.25f, scales);
}
