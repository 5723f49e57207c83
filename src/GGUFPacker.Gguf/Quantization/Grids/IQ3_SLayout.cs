using System.Buffers.Binary;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Gguf.Quantization.Grids;

/// <summary>
/// IQ3_S: the scale as half; the lower bytes of the 64 point numbers; their ninth bits, eight to a byte; 32 bytes of signs; the scales of the eight
/// sub-blocks, four bits each. The reference does not move on behind a sub-block that counts as zero: the lower bytes and signs of those that follow
/// come earlier than they are read. Such blocks do not give back what went in, but they are its bytes.
/// </summary>
internal sealed class IQ3_SLayout : GridLayout
{
    private const int PointsAt = 2;
    private const int UpperAt = 66;
    private const int SignsAt = 74;
    private const int SubScalesAt = 106;

    /// <inheritdoc/>
    public override int BlockBytes => 110;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Values => [1, 3, 5, 7, 9, 11, 13, 15];

    /// <inheritdoc/>
    public override void Pack(in GridBlock block, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, block.Scale);
        var at = 0;
        for (var j = 0; j < 8; j++)
        {
            for (var k = 8 * j; k < (8 * j) + 8; k++)
            {
                bytes[PointsAt + (8 * at) + (k % 8)] = (byte)block.Points[k];
                bytes[UpperAt + j] |= (byte)(block.Points[k] >> 8 << (k % 8));
            }

            block.Signs.Slice(4 * j, 4).CopyTo(bytes[(SignsAt + (4 * at))..]);
            at += 1 - ((block.Skipped >> j) & 1);
        }

        PackScales(block.SubScales, bytes[SubScalesAt..]);
    }

    /// <inheritdoc/>
    public override void Unpack(ReadOnlySpan<byte> bytes, ref GridBlock block)
    {
        block.Scale = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        for (var k = 0; k < 64; k++)
        {
            block.Points[k] = (ushort)(bytes[PointsAt + k] | (((bytes[UpperAt + (k / 8)] >> (k % 8)) & 1) << 8));
        }

        bytes.Slice(SignsAt, 32).CopyTo(block.Signs);
        UnpackScales(bytes[SubScalesAt..], block.SubScales);
    }

    /// <inheritdoc/>
    public override void Scales(in GridBlock block, Span<float> scales)
    {
        var scale = HalfBits.ToSingle(block.Scale);
        for (var j = 0; j < scales.Length; j++)
        {
            scales[j] = scale * (1 + (2 * block.SubScales[j]));
        }
    }
}
