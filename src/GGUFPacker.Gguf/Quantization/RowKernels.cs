using System.Runtime.Intrinsics;
using GGUFPacker.Gguf.Quantization.Grids;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Quantization.KQuants;
using GGUFPacker.Gguf.Quantization.Lanes;
using GGUFPacker.Gguf.Quantization.LowBit;
using GGUFPacker.Gguf.Quantization.Microscaling;
using GGUFPacker.Gguf.Quantization.NonLinear;
using GGUFPacker.Gguf.Quantization.Simple32;
using GGUFPacker.Gguf.Quantization.Ternary;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization;

/// <summary>
/// Row kernels by tensor type: the one dispatch point. Results are those of ggml_quantize_chunk and of ggml's to_float, byte for byte, on every
/// processor. Without an importance matrix blocks do not depend on each other, so a call may cover a part of a row or several rows.
/// </summary>
public static class RowKernels
{
    private static readonly Dictionary<TensorType, RowKernel> ByType = new()
    {
        [TensorType.F32] = new F32Kernel(),
        [TensorType.F16] = new F16Kernel(),
        [TensorType.BF16] = new BF16Kernel(),
        [TensorType.Q1_0] = new Q1_0Kernel(),
        [TensorType.Q2_0] = new Q2_0Kernel(),
        [TensorType.Q4_0] = new SymmetricKernel(bits: 4),
        [TensorType.Q5_0] = new SymmetricKernel(bits: 5),
        [TensorType.Q4_1] = new AffineKernel(bits: 4),
        [TensorType.Q5_1] = new AffineKernel(bits: 5),
        [TensorType.Q8_0] = new Q8_0Kernel(),
        [TensorType.Q2_K] = new AffineKKernel(new Q2_KFormat()),
        [TensorType.Q3_K] = new Q3_KKernel(),
        [TensorType.Q4_K] = new AffineKKernel(new SixBitFormat(bits: 4)),
        [TensorType.Q5_K] = new AffineKKernel(new SixBitFormat(bits: 5)),
        [TensorType.Q6_K] = new Q6_KKernel(),
        [TensorType.IQ1_S] = new IQ1_SKernel(),
        [TensorType.IQ1_M] = new IQ1_MKernel(),
        [TensorType.IQ2_XXS] = GridKernels.IQ2_XXS,
        [TensorType.IQ2_XS] = GridKernels.IQ2_XS,
        [TensorType.IQ2_S] = GridKernels.IQ2_S,
        [TensorType.IQ3_XXS] = GridKernels.IQ3_XXS,
        [TensorType.IQ3_S] = GridKernels.IQ3_S,
        [TensorType.TQ1_0] = new TQ1_0Kernel(),
        [TensorType.TQ2_0] = new TQ2_0Kernel(),
        [TensorType.IQ4_NL] = new IQ4_NLKernel(),
        [TensorType.IQ4_XS] = new IQ4_XSKernel(),
        [TensorType.MXFP4] = new MXFP4Kernel(),
        [TensorType.NVFP4] = new NVFP4Kernel(),
    };

    /// <summary>The fastest width of this processor: each was measured to be faster than the narrower one.</summary>
    internal static KernelWidth Fastest { get; } =
        Vector512.IsHardwareAccelerated ? KernelWidth.Vector512
        : Vector256.IsHardwareAccelerated ? KernelWidth.Vector256
        : Vector128.IsHardwareAccelerated ? KernelWidth.Vector128
        : KernelWidth.Scalar;

    /// <summary>
    /// Whether <see cref="Quantize(TensorType, ReadOnlySpan{float}, ReadOnlySpan{float}, Span{byte})"/> and <see cref="Dequantize"/> know the type.
    /// </summary>
    public static bool IsKnown(TensorType type) => ByType.ContainsKey(type);

    /// <summary>What <paramref name="type"/> makes of an importance matrix.</summary>
    /// <exception cref="NotSupportedException">The type is not one of <see cref="IsKnown"/>.</exception>
    public static ImportanceUse Importance(TensorType type) => Kernel(type).Importance;

    /// <summary>Stores floats as <paramref name="type"/>.</summary>
    /// <param name="type">The target type.</param>
    /// <param name="source">The elements: whole blocks of the type, and whole rows if there is an importance.</param>
    /// <param name="importance">The weight of each element of a row, the same for every row of the source; or empty.</param>
    /// <param name="destination">The result: exactly the bytes that so many elements take.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the type requires an importance.</exception>
    /// <exception cref="ArithmeticException">The source has numbers that the type cannot hold.</exception>
    /// <exception cref="NotSupportedException">The type is not one of <see cref="IsKnown"/>.</exception>
    public static void Quantize(TensorType type, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination) =>
        Quantize(type, source, importance, destination, Fastest);

    /// <summary>Restores floats from <paramref name="type"/>.</summary>
    /// <param name="type">The source's type.</param>
    /// <param name="source">Whole blocks of the type.</param>
    /// <param name="destination">The result: exactly the elements that so many bytes hold.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="NotSupportedException">The type is not one of <see cref="IsKnown"/>.</exception>
    public static void Dequantize(TensorType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        var kernel = Kernel(type);
        CheckLengths(type, destination.Length, source.Length);
        kernel.Dequantize(source, destination);
    }

    // The searches of the K-quants wait for chains of additions: with two vectors side by side they were 5 to 20 percent faster (AVX2, Zen 3).
    // A width that the processor lacks is slow but works.
    internal static void Quantize(TensorType type, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, Span<byte> destination, KernelWidth width)
    {
        var kernel = Kernel(type);
        CheckLengths(type, source.Length, destination.Length);
        importance = CheckImportance(type, kernel.Importance, source.Length, importance);
        switch (width)
        {
            case KernelWidth.Vector512:
                kernel.Quantize<Lanes16, Lanes16>(source, importance, destination);
                break;
            case KernelWidth.Vector256:
                kernel.Quantize<LanesPair<Lanes8>, Lanes8>(source, importance, destination);
                break;
            case KernelWidth.Vector128:
                kernel.Quantize<LanesPair<Lanes4>, Lanes4>(source, importance, destination);
                break;
            default:
                kernel.Quantize(source, importance, destination);
                break;
        }
    }

    private static RowKernel Kernel(TensorType type) => ByType.TryGetValue(type, out var kernel)
        ? kernel
        : throw new NotSupportedException($"There is no kernel for {(type.IsKnown ? type.GgmlName : type.ToString())}.");

    private static ReadOnlySpan<float> CheckImportance(TensorType type, ImportanceUse use, int elements, ReadOnlySpan<float> importance)
    {
        if (importance.IsEmpty)
        {
            return use != ImportanceUse.Required ? importance : throw new ArgumentException($"{type.GgmlName} cannot be made without an importance matrix.");
        }

        return elements % importance.Length == 0 && importance.Length % type.BlockLength == 0
            ? use == ImportanceUse.Ignored ? [] : importance
            : throw new ArgumentException($"{elements} elements of {type.GgmlName} are no whole number of rows of {importance.Length}.");
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
