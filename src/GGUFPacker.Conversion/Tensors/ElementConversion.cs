using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Quantization.Halves;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>Turns the elements of a checkpoint into float32, as PyTorch does.</summary>
internal static class ElementConversion
{
    /// <summary>Converts a run of elements.</summary>
    /// <param name="type">How they are stored; a type that is convertible.</param>
    /// <param name="source">The elements, little-endian.</param>
    /// <param name="destination">As many numbers as there are elements.</param>
    public static void ToSingle(ElementType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case ElementType.F32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.F16:
                HalfConversions.HalfToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case ElementType.BF16:
                HalfConversions.BFloat16ToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case ElementType.F64:
                Convert<double>(source, destination, value => (float)value);
                break;
            case ElementType.I64:
                Convert<long>(source, destination, value => value);
                break;
            case ElementType.I32:
                Convert<int>(source, destination, value => value);
                break;
            case ElementType.I16:
                Convert<short>(source, destination, value => value);
                break;
            case ElementType.I8:
                Convert<sbyte>(source, destination, value => value);
                break;
            case ElementType.U8:
                Convert<byte>(source, destination, value => value);
                break;
            case ElementType.BOOL:
                Convert<byte>(source, destination, value => value == 0 ? 0 : 1);
                break;
            case ElementType.F8_E4M3:
                Convert<byte>(source, destination, value => Float8.E4M3[value]);
                break;
            case ElementType.F8_E5M2:
                Convert<byte>(source, destination, value => Float8.E5M2[value]);
                break;
            case ElementType.F8_E8M0:
                Convert<byte>(source, destination, value => Float8.E8M0[value]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), $"Elements of the type {type} cannot be converted.");
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> source, Span<float> destination, Func<T, float> convert)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(source);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = convert(values[i]);
        }
    }
}
