using System.Runtime.InteropServices;

namespace GGUFPacker.Conversion.Tensors;

/// <summary>A small vector less its mean, in the vector's own type as PyTorch computes it on x86-64 with AVX2.</summary>
internal static class CenteredVector
{
    private const int MaximumLength = 1 << 16;
    private const int Lanes = 8;
    private const int Chains = 4;

    /// <summary>Subtracts the mean.</summary>
    /// <exception cref="ArgumentException">It is no vector of floating-point numbers, or a long one.</exception>
    public static TensorSource Of(TensorSource source)
    {
        if (source.Shape is not [> 0 and <= MaximumLength] || source.Type is not (ElementType.F32 or ElementType.BF16 or ElementType.F16))
        {
            throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] or type {source.Type} is not that of a small vector of numbers.");
        }

        var numbers = new float[source.Shape[0]];
        Float32Tensor.Of(source).Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        var mean = Rounded(Rounded(Sum(numbers, source.Type == ElementType.F32 ? 1 : 2), source.Type) / numbers.Length, source.Type);
        return new ConstantTensor([.. numbers.Select(number => Rounded(number - mean, source.Type))]);
    }

    /// <summary>
    /// The sum in PyTorch's order: eight lanes in four chains, which are added in the end; numbers behind the last whole vector come first. Vectors of 16-bit
    /// numbers are two of float32, whose halves are added at once. Longer vectors would go through more levels.
    /// </summary>
    private static float Sum(ReadOnlySpan<float> numbers, int halves)
    {
        var width = Lanes * halves;
        var vectors = numbers.Length / width;
        Span<float> chains = stackalloc float[Chains * Lanes];
        chains.Clear();
        for (var vector = 0; vector < vectors; vector++)
        {
            var chain = vector < vectors / Chains * Chains ? vector % Chains : 0;
            for (var lane = 0; lane < Lanes; lane++)
            {
                var at = (vector * width) + lane;
                chains[(chain * Lanes) + lane] += halves == 1 ? numbers[at] : numbers[at] + numbers[at + Lanes];
            }
        }

        var sum = 0f;
        foreach (var number in numbers[(vectors * width)..])
        {
            sum += number;
        }

        for (var lane = 0; lane < Lanes; lane++)
        {
            var ofLane = chains[lane];
            for (var chain = 1; chain < Chains; chain++)
            {
                ofLane += chains[(chain * Lanes) + lane];
            }

            sum += ofLane;
        }

        return sum;
    }

    private static float Rounded(float number, ElementType type) => type switch
    {
        ElementType.F16 => (float)(Half)number,
        ElementType.BF16 => RoundedToBFloat16(number),
        _ => number,
    };

    private static float RoundedToBFloat16(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        return float.IsNaN(number) ? number : BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }
}
