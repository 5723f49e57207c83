using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Quantization.Grids;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization;

/// <summary>
/// Looks for infinities and NaN in tensor data, as ggml_validate_row_data does: in float types in every element, in block types in the half scales (MXFP4: in
/// the exponent).
/// </summary>
public static class RowValidation
{
    /// <summary>Whether <see cref="FindInvalid"/> knows the type.</summary>
    public static bool CanValidate(TensorType type) => RowKernels.IsKnown(type);

    /// <summary>The first block (of a float type: the first element) that holds an infinity or NaN, or -1.</summary>
    /// <param name="type">The data's type.</param>
    /// <param name="data">Whole blocks.</param>
    /// <exception cref="ArgumentException">The data is no whole number of blocks.</exception>
    /// <exception cref="NotSupportedException">The type is not one of <see cref="CanValidate"/>.</exception>
    public static long FindInvalid(TensorType type, ReadOnlySpan<byte> data)
    {
        if (data.Length % type.BlockBytes != 0)
        {
            throw new ArgumentException($"{data.Length} bytes are no whole number of the {type.BlockBytes} bytes of a {type.GgmlName} block.");
        }

        return type switch
        {
            TensorType.F32 => FindFullExponent(MemoryMarshal.Cast<byte, uint>(data), 0x7F800000u),
            TensorType.F16 => FindFullExponent(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7C00),
            TensorType.BF16 => FindFullExponent(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7F80),
            TensorType.Q1_0 or TensorType.Q2_0 or TensorType.Q4_0 or TensorType.Q5_0 or TensorType.Q8_0 => FindScale(data, type.BlockBytes, [0]),
            TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K => FindScale(data, type.BlockBytes, [0, 2]),
            TensorType.IQ1_S or TensorType.IQ2_XXS or TensorType.IQ2_XS or TensorType.IQ2_S or TensorType.IQ3_XXS or TensorType.IQ3_S => FindScale(
                data, type.BlockBytes, [0]),
            TensorType.IQ1_M => FindSpreadScale(data, type.BlockBytes),
            TensorType.Q2_K => FindScale(data, type.BlockBytes, [80, 82]),
            TensorType.Q3_K => FindScale(data, type.BlockBytes, [108]),
            TensorType.Q6_K => FindScale(data, type.BlockBytes, [208]),
            TensorType.TQ1_0 => FindScale(data, type.BlockBytes, [52]),
            TensorType.TQ2_0 => FindScale(data, type.BlockBytes, [64]),
            TensorType.IQ4_NL or TensorType.IQ4_XS => FindScale(data, type.BlockBytes, [0]),
            TensorType.MXFP4 => FindNaNExponent(data, type.BlockBytes),
            TensorType.NVFP4 => -1,
            _ => throw new NotSupportedException($"Validating {type.GgmlName} is not supported."),
        };
    }

    // Infinities and NaN are the numbers whose exponent bits are all set. A vector that has one is searched element by element, as is the remainder.
    private static int FindFullExponent<T>(ReadOnlySpan<T> elements, T exponent)
        where T : unmanaged, IBinaryInteger<T>
    {
        var i = 0;
        var exponents = new Vector<T>(exponent);
        while (i <= elements.Length - Vector<T>.Count && !Vector.EqualsAny(new Vector<T>(elements[i..]) & exponents, exponents))
        {
            i += Vector<T>.Count;
        }

        for (; i < elements.Length; i++)
        {
            if ((elements[i] & exponent) == exponent)
            {
                return i;
            }
        }

        return -1;
    }

    private static int FindScale(ReadOnlySpan<byte> data, int blockBytes, ReadOnlySpan<int> offsets)
    {
        for (var i = 0; i < data.Length / blockBytes; i++)
        {
            foreach (var offset in offsets)
            {
                if ((BinaryPrimitives.ReadUInt16LittleEndian(data[((i * blockBytes) + offset)..]) & 0x7C00) == 0x7C00)
                {
                    return i;
                }
            }
        }

        return -1;
    }

    // IQ1_M's scale lies in four nibbles.
    private static int FindSpreadScale(ReadOnlySpan<byte> data, int blockBytes)
    {
        for (var i = 0; i < data.Length / blockBytes; i++)
        {
            if ((IQ1_MScalar.ReadScale(data.Slice(i * blockBytes, blockBytes)) & 0x7C00) == 0x7C00)
            {
                return i;
            }
        }

        return -1;
    }

    // E8M0 has one number that is none. Every byte of NVFP4 is a number.
    private static int FindNaNExponent(ReadOnlySpan<byte> data, int blockBytes)
    {
        for (var i = 0; i < data.Length / blockBytes; i++)
        {
            if (data[i * blockBytes] == 0xFF)
            {
                return i;
            }
        }

        return -1;
    }
}
