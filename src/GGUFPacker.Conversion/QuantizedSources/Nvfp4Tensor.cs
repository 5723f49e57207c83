using System.Collections.Immutable;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// NVFP4 weights in ggml's blocks: 4-bit codes in groups of 16 with a FP8 scale each. A block of GGUF holds four groups: their scales without sign, then
/// for each group 8 bytes with the codes j and j + 8, where the checkpoint has neighbours in a byte. No number is changed.
/// </summary>
internal sealed class Nvfp4Tensor : EncodedTensor
{
    private const int GroupBytes = 8;
    private const int GroupsPerBlock = 4;
    private const int BlockBytes = 36;

    private readonly TensorSource _codes;
    private readonly TensorSource _scales;
    private readonly int _groups;

    private Nvfp4Tensor(TensorSource codes, TensorSource scales)
        : base(TensorType.NVFP4, [codes.Shape[0], codes.Shape[1] * 2])
    {
        _codes = codes;
        _scales = scales;
        _groups = (int)scales.Shape[1];
    }

    /// <summary>Rearranges a tensor.</summary>
    /// <param name="codes">Rows of bytes with two codes each.</param>
    /// <param name="scales">Rows of one FP8 number for 16 codes.</param>
    /// <exception cref="ArgumentException">The types or shapes do not fit.</exception>
    public static Nvfp4Tensor Of(TensorSource codes, TensorSource scales) =>
        codes.Type.Bytes == 1 && scales.Type.Bytes == 1
        && codes.Shape is [var rows, var bytes] && scales.Shape is [var scaleRows, <= int.MaxValue and var groups]
        && rows == scaleRows && bytes == groups * GroupBytes && groups % GroupsPerBlock == 0
            ? new Nvfp4Tensor(codes, scales)
            : throw new ArgumentException(
                $"Its codes {codes.Type} [{string.Join(", ", codes.Shape)}] and scales {scales.Type} [{string.Join(", ", scales.Shape)}] are no rows of whole NVFP4 blocks.");

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, Span<byte> destination)
    {
        var codes = new byte[_groups * GroupBytes];
        var scales = new byte[_groups];
        var rowBytes = _groups / GroupsPerBlock * BlockBytes;
        for (; !destination.IsEmpty; destination = destination[rowBytes..], firstRow++)
        {
            _codes.Read(firstRow * codes.Length, codes);
            _scales.Read(firstRow * scales.Length, scales);
            for (var group = 0; group < _groups; group++)
            {
                var block = destination.Slice(group / GroupsPerBlock * BlockBytes, BlockBytes);
                block[group % GroupsPerBlock] = (byte)(scales[group] & 0x7F);
                NibbleOrder.SplitHalves(
                    codes.AsSpan(group * GroupBytes, GroupBytes), block.Slice(GroupsPerBlock + (group % GroupsPerBlock * GroupBytes), GroupBytes));
            }
        }
    }
}
