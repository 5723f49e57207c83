using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// MXFP4 experts in ggml's blocks: 32 codes of 4 bits with a power of two. A block of GGUF holds the exponent, then 16 bytes with the codes j and j + 16,
/// where the checkpoint has neighbours in a byte. No number is changed.
/// </summary>
internal sealed class Mxfp4Tensor : EncodedTensor
{
    private const int CodeBytes = 16;
    private const int BlockBytes = 17;
    private const int BlockLength = 32;

    private readonly TensorSource _codes;
    private readonly TensorSource _scales;
    private readonly int _blocks;
    private readonly int _rowStep;
    private readonly int _firstRow;

    private Mxfp4Tensor(TensorSource codes, TensorSource scales, int rowStep, int firstRow)
        : base(TensorType.MXFP4, [codes.Shape[0], (codes.Shape[1] - firstRow + rowStep - 1) / rowStep, codes.Shape[2] * BlockLength])
    {
        _codes = codes;
        _scales = scales;
        _blocks = (int)codes.Shape[2];
        _rowStep = rowStep;
        _firstRow = firstRow;
    }

    /// <summary>Rearranges stacked experts.</summary>
    /// <param name="codes">Experts, rows, blocks, 16 bytes with two codes each.</param>
    /// <param name="scales">Experts, rows, blocks.</param>
    /// <param name="rowStep">Every how many rows of an expert are taken: 2 where gates and ways up are interleaved.</param>
    /// <param name="firstRow">The first of them.</param>
    /// <exception cref="ArgumentException">The types or shapes do not fit.</exception>
    public static Mxfp4Tensor Of(TensorSource codes, TensorSource scales, int rowStep = 1, int firstRow = 0) =>
        codes.Type == ElementType.U8 && scales.Type == ElementType.U8 && codes.Shape is [_, _, <= int.MaxValue, CodeBytes]
            && scales.Shape.SequenceEqual(codes.Shape.AsSpan()[..3].ToArray())
            ? new Mxfp4Tensor(codes, scales, rowStep, firstRow)
            : throw new ArgumentException(
                $"Its codes {codes.Type} [{string.Join(", ", codes.Shape)}] and scales {scales.Type} [{string.Join(", ", scales.Shape)}] are no experts of whole MXFP4 blocks.");

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, Span<byte> destination)
    {
        var codes = new byte[_blocks * CodeBytes];
        var scales = new byte[_blocks];
        var rowBytes = _blocks * BlockBytes;
        for (; !destination.IsEmpty; destination = destination[rowBytes..], firstRow++)
        {
            var row = (firstRow / Shape[1] * _codes.Shape[1]) + (firstRow % Shape[1] * _rowStep) + _firstRow;
            _codes.Read(row * codes.Length, codes);
            _scales.Read(row * scales.Length, scales);
            for (var i = 0; i < _blocks; i++)
            {
                var block = destination.Slice(i * BlockBytes, BlockBytes);
                block[0] = scales[i];
                NibbleOrder.SplitHalves(codes.AsSpan(i * CodeBytes, CodeBytes), block[1..]);
            }
        }
    }
}
