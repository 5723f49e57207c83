using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Fitting;

/// <summary>What a model's header would be in other quantize types: types and sizes follow from names and shapes, so no weight is needed.</summary>
public static class SmallerTypes
{
    /// <summary>The types that are worth naming, large to small: those that need no importance matrix and are the usual choice at their size.</summary>
    public static ImmutableArray<QuantizeType> Candidates { get; } =
        [.. new[] { "Q8_0", "Q6_K", "Q5_K_M", "Q5_K_S", "Q4_K_M", "Q4_K_S", "Q3_K_L", "Q3_K_M", "Q3_K_S", "Q2_K" }.Select(QuantizeType.Parse)];

    /// <summary>The header of a model after quantization.</summary>
    /// <exception cref="GgufException">The model cannot be quantized to the type.</exception>
    public static ModelHeader Quantize(ModelHeader header, QuantizeType type)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(type);
        using var source = new HeaderOnlyModel(header);
        var plan = QuantizationPlan.Create(source, new QuantizeOptions { Type = type, AllowRequantize = true });
        return new ModelHeader(plan.Metadata, [.. plan.Tensors.Select(tensor => tensor.Target)]);
    }

    /// <summary>The candidates that make a model smaller than it is, large to small.</summary>
    public static IEnumerable<(QuantizeType Type, ModelHeader Header)> Of(ModelHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var bytes = BytesOf(header);
        foreach (var type in Candidates)
        {
            ModelHeader smaller;
            try
            {
                smaller = Quantize(header, type);
            }
            catch (GgufException)
            {
                // A shape that the type does not fit, or an architecture that cannot be quantized: it is no way out.
                continue;
            }

            if (BytesOf(smaller) < bytes)
            {
                bytes = BytesOf(smaller);
                yield return (type, smaller);
            }
        }
    }

    private static long BytesOf(ModelHeader header) => header.Tensors.Sum(tensor => tensor.ByteLength);

    private sealed class HeaderOnlyModel(ModelHeader header) : IGgufModel
    {
        public GgufMetadata Metadata => header.Metadata;

        public ImmutableArray<TensorInfo> Tensors => header.Tensors;

        public void ReadRows(int index, long firstRow, Span<byte> destination) => throw new NotSupportedException("A header has no data.");

        public void Dispose()
        {
        }
    }
}
