using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.KQuants;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.Simple32;
using GGUFPacker.Gguf.Quantization.Ternary;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization;

/// <summary>
/// Row kernels by tensor type: the one dispatch point. Results are those of ggml_quantize_chunk (without an importance matrix) and of ggml's
/// to_float, byte for byte, on every processor. Blocks do not depend on each other, so a call may cover a part of a row or several rows.
/// </summary>
public static class RowKernels
{
    /// <summary>The fastest width of this processor: each was measured to be faster than the narrower one.</summary>
    internal static KernelWidth Fastest { get; } =
        Vector512.IsHardwareAccelerated ? KernelWidth.Vector512
        : Vector256.IsHardwareAccelerated ? KernelWidth.Vector256
        : Vector128.IsHardwareAccelerated ? KernelWidth.Vector128
        : KernelWidth.Scalar;

    /// <summary>Whether <see cref="Quantize(TensorType, ReadOnlySpan{float}, Span{byte})"/> knows the type.</summary>
    public static bool CanQuantize(TensorType type) => type is TensorType.F32 or TensorType.F16 or TensorType.BF16
        or TensorType.Q4_0 or TensorType.Q4_1 or TensorType.Q5_0 or TensorType.Q5_1 or TensorType.Q8_0
        or TensorType.Q4_K or TensorType.Q5_K or TensorType.Q6_K or TensorType.TQ1_0 or TensorType.TQ2_0;

    /// <summary>Whether <see cref="Dequantize"/> knows the type.</summary>
    public static bool CanDequantize(TensorType type) => CanQuantize(type);

    /// <summary>Stores floats as <paramref name="type"/>.</summary>
    /// <param name="type">The target type.</param>
    /// <param name="source">The elements: whole blocks of the type.</param>
    /// <param name="destination">The result: exactly the bytes that so many elements take.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="NotSupportedException">The type is not one of <see cref="CanQuantize"/>.</exception>
    public static void Quantize(TensorType type, ReadOnlySpan<float> source, Span<byte> destination) => Quantize(type, source, destination, Fastest);

    /// <summary>Restores floats from <paramref name="type"/>.</summary>
    /// <param name="type">The source's type.</param>
    /// <param name="source">Whole blocks of the type.</param>
    /// <param name="destination">The result: exactly the elements that so many bytes hold.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="NotSupportedException">The type is not one of <see cref="CanDequantize"/>.</exception>
    public static void Dequantize(TensorType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        CheckLengths(type, destination.Length, source.Length);
        switch (type)
        {
            case TensorType.F32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case TensorType.F16:
                HalfConversions.HalfToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case TensorType.BF16:
                HalfConversions.BFloat16ToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case TensorType.Q4_0:
                SymmetricScalar.Dequantize(4, source, destination);
                break;
            case TensorType.Q5_0:
                SymmetricScalar.Dequantize(5, source, destination);
                break;
            case TensorType.Q4_1:
                AffineScalar.Dequantize(4, source, destination);
                break;
            case TensorType.Q5_1:
                AffineScalar.Dequantize(5, source, destination);
                break;
            case TensorType.Q8_0:
                Q8_0Scalar.Dequantize(source, destination);
                break;
            case TensorType.Q4_K:
                AffineKScalar.Dequantize(4, source, destination);
                break;
            case TensorType.Q5_K:
                AffineKScalar.Dequantize(5, source, destination);
                break;
            case TensorType.Q6_K:
                Q6_KScalar.Dequantize(source, destination);
                break;
            case TensorType.TQ1_0:
                TQ1_0Scalar.Dequantize(source, destination);
                break;
            case TensorType.TQ2_0:
                TQ2_0Scalar.Dequantize(source, destination);
                break;
            default:
                throw new NotSupportedException($"Dequantizing {type.GgmlName} is not supported.");
        }
    }

    /// <summary>Stores floats with the kernels of one width; a width that the processor lacks is slow but works.</summary>
    internal static void Quantize(TensorType type, ReadOnlySpan<float> source, Span<byte> destination, KernelWidth width)
    {
        CheckLengths(type, source.Length, destination.Length);
        switch (type)
        {
            case TensorType.F32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case TensorType.F16:
                HalfConversions.SingleToHalf(source, MemoryMarshal.Cast<byte, ushort>(destination), width != KernelWidth.Scalar);
                break;
            case TensorType.BF16:
                HalfConversions.SingleToBFloat16(source, MemoryMarshal.Cast<byte, ushort>(destination), width != KernelWidth.Scalar);
                break;
            default:
                QuantizeBlocks(type, source, destination, width);
                break;
        }
    }

    // The searches of the K-quants wait for chains of additions: with two vectors side by side they were 5 to 20 percent faster (AVX2, Zen 3).
    private static void QuantizeBlocks(TensorType type, ReadOnlySpan<float> source, Span<byte> destination, KernelWidth width)
    {
        switch (width)
        {
            case KernelWidth.Vector512:
                QuantizeBlocks<Lanes16, Lanes16>(type, source, destination);
                break;
            case KernelWidth.Vector256:
                QuantizeBlocks<LanesPair<Lanes8>, Lanes8>(type, source, destination);
                break;
            case KernelWidth.Vector128:
                QuantizeBlocks<LanesPair<Lanes4>, Lanes4>(type, source, destination);
                break;
            default:
                QuantizeBlocks(type, source, destination);
                break;
        }
    }

    private static void QuantizeBlocks<TSearch, TRow>(TensorType type, ReadOnlySpan<float> source, Span<byte> destination)
        where TSearch : unmanaged, ILanes<TSearch>
        where TRow : unmanaged, ILanes<TRow>
    {
        switch (type)
        {
            case TensorType.Q4_0:
                SymmetricVector<TRow>.Quantize(4, source, destination);
                break;
            case TensorType.Q5_0:
                SymmetricVector<TRow>.Quantize(5, source, destination);
                break;
            case TensorType.Q4_1:
                AffineVector<TRow>.Quantize(4, source, destination);
                break;
            case TensorType.Q5_1:
                AffineVector<TRow>.Quantize(5, source, destination);
                break;
            case TensorType.Q8_0:
                Q8_0Vector<TRow>.Quantize(source, destination);
                break;
            case TensorType.Q4_K:
                AffineKVector<TSearch, TRow>.Quantize(4, source, destination);
                break;
            case TensorType.Q5_K:
                AffineKVector<TSearch, TRow>.Quantize(5, source, destination);
                break;
            case TensorType.Q6_K:
                Q6_KVector<TSearch, TRow>.Quantize(source, destination);
                break;
            case TensorType.TQ1_0:
                TQ1_0Vector<TRow>.Quantize(source, destination);
                break;
            case TensorType.TQ2_0:
                TQ2_0Vector<TRow>.Quantize(source, destination);
                break;
            default:
                throw new NotSupportedException($"Quantizing to {type.GgmlName} is not supported.");
        }
    }

    private static void QuantizeBlocks(TensorType type, ReadOnlySpan<float> source, Span<byte> destination)
    {
        switch (type)
        {
            case TensorType.Q4_0:
                SymmetricScalar.Quantize(4, source, destination);
                break;
            case TensorType.Q5_0:
                SymmetricScalar.Quantize(5, source, destination);
                break;
            case TensorType.Q4_1:
                AffineScalar.Quantize(4, source, destination);
                break;
            case TensorType.Q5_1:
                AffineScalar.Quantize(5, source, destination);
                break;
            case TensorType.Q8_0:
                Q8_0Scalar.Quantize(source, destination);
                break;
            case TensorType.Q4_K:
                AffineKScalar.Quantize(4, source, destination);
                break;
            case TensorType.Q5_K:
                AffineKScalar.Quantize(5, source, destination);
                break;
            case TensorType.Q6_K:
                Q6_KScalar.Quantize(source, destination);
                break;
            case TensorType.TQ1_0:
                TQ1_0Scalar.Quantize(source, destination);
                break;
            case TensorType.TQ2_0:
                TQ2_0Scalar.Quantize(source, destination);
                break;
            default:
                throw new NotSupportedException($"Quantizing to {type.GgmlName} is not supported.");
        }
    }

    private static void CheckLengths(TensorType type, int elements, int bytes)
    {
        var expected = type.RowBytes(elements);
        if (bytes != expected)
        {
            throw new ArgumentException($"{elements} elements of {type.GgmlName} take {expected} bytes, not {bytes}.");
        }
    }
}
