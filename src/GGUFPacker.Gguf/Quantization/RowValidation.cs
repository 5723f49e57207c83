using System.Buffers.Binary;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization;

/// <summary>Looks for infinities and NaN in tensor data, as ggml_validate_row_data does: in float types in every element, in block types in the half scales.</summary>
public static class RowValidation
{
    /// <summary>Whether <see cref="FindInvalid"/> knows the type.</summary>
    public static bool CanValidate(TensorType type) => RowKernels.CanQuantize(type);

    /// <summary>
    /// The first block (of a float type: the first element) that holds an infinity or NaN, or -1. The bytes are whole blocks.
    /// </summary>
    /// <exception cref="NotSupportedException">The type is not one of <see cref="CanValidate"/>.</exception>
    public static long FindInvalid(TensorType type, ReadOnlySpan<byte> data) => type switch
    {
        TensorType.F32 => FindSingle(data),
        TensorType.F16 => FindHalf(data, 2, [0], 0x7C00),
        TensorType.BF16 => FindHalf(data, 2, [0], 0x7F80),
        TensorType.Q4_0 or TensorType.Q5_0 or TensorType.Q8_0 => FindHalf(data, type.BlockBytes, [0], 0x7C00),
        TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K => FindHalf(data, type.BlockBytes, [0, 2], 0x7C00),
        TensorType.Q6_K => FindHalf(data, type.BlockBytes, [208], 0x7C00),
        TensorType.TQ1_0 => FindHalf(data, type.BlockBytes, [52], 0x7C00),
        TensorType.TQ2_0 => FindHalf(data, type.BlockBytes, [64], 0x7C00),
        _ => throw new NotSupportedException($"Validating {type.GgmlName} is not supported."),
    };

    private static long FindSingle(ReadOnlySpan<byte> data)
    {
        for (var i = 0; i < data.Length / 4; i++)
        {
            if (!float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(data[(i * 4)..])))
            {
                return i;
            }
        }

        return -1;
    }

    private static long FindHalf(ReadOnlySpan<byte> data, int blockBytes, ReadOnlySpan<int> offsets, int exponentMask)
    {
        for (var i = 0; i < data.Length / blockBytes; i++)
        {
            foreach (var offset in offsets)
            {
                if ((BinaryPrimitives.ReadUInt16LittleEndian(data[((i * blockBytes) + offset)..]) & exponentMask) == exponentMask)
                {
                    return i;
                }
            }
        }

        return -1;
    }
}
