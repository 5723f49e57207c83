using System.Numerics;
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
                Convert<double>(source, destination);
                break;
            case ElementType.I64:
                Convert<long>(source, destination);
                break;
            case ElementType.I32:
                Convert<int>(source, destination);
                break;
            case ElementType.I16:
                Convert<short>(source, destination);
                break;
            case ElementType.I8:
                Convert<sbyte>(source, destination);
                break;
            case ElementType.U8:
                Convert<byte>(source, destination);
                break;
            case ElementType.BOOL:
                Flags(source, destination);
                break;
            case ElementType.F8_E4M3:
                LookUp(Float8.E4M3.AsSpan(), source, destination);
                break;
            case ElementType.F8_E5M2:
                LookUp(Float8.E5M2.AsSpan(), source, destination);
                break;
            case ElementType.F8_E8M0:
                LookUp(Float8.E8M0.AsSpan(), source, destination);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), $"Elements of the type {type} cannot be converted.");
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> source, Span<float> destination)
        where T : unmanaged, INumberBase<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(source)[..destination.Length];
        for (var i = 0; i < values.Length; i++)
        {
            destination[i] = float.CreateTruncating(values[i]);
        }
    }

    private static void Flags(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = source[i] == 0 ? 0 : 1;
        }
    }

    private static void LookUp(ReadOnlySpan<float> table, ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = table[source[i]];
        }
    }
}
