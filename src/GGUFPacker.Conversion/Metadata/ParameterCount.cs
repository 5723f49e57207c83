using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>How many parameters a model has.</summary>
/// <param name="Total">All; 0 if they are not known, negative for the parameters of an adapter.</param>
/// <param name="Shared">Those that are not of experts.</param>
/// <param name="PerExpert">Those of one expert, over all layers.</param>
/// <param name="ExpertCount">The experts of a layer, on average.</param>
internal readonly record struct ParameterCount(long Total, long Shared, long PerExpert, long ExpertCount)
{
    /// <summary>Counts the parameters of a model's tensors.</summary>
    public static ParameterCount Of(IEnumerable<TensorInfo> tensors)
    {
        long total = 0, shared = 0, perExpert = 0, experts = 0, stacks = 0;
        foreach (var tensor in tensors)
        {
            var size = tensor.ElementCount;
            total = checked(total + size);
            if (!tensor.Name.Contains("_exps.", StringComparison.Ordinal) || tensor.Shape.Length < 3)
            {
                shared += size;
                continue;
            }

            // The experts are the third dimension of a stack of matrices, the second of a stack of biases.
            var count = tensor.Shape[tensor.Name.Contains(".bias", StringComparison.Ordinal) ? 1 : 2];
            perExpert += count == 0 ? 0 : size / count;
            experts += count;
            stacks++;
        }

        return new ParameterCount(total, shared, perExpert, stacks > 0 ? experts / stacks : 0);
    }

    /// <summary>
    /// Counts the parameters of the weights that an adapter changes; a negative number, as it is no model's. 0 if its factors are in no usual order.
    /// </summary>
    public static ParameterCount OfAdapter(IEnumerable<TensorInfo> tensors)
    {
        long total = 0;
        TensorInfo? factor = null;
        foreach (var tensor in tensors)
        {
            if (tensor.Name.EndsWith(".lora_a", StringComparison.Ordinal))
            {
                factor = tensor;
                continue;
            }

            var size = tensor.ElementCount;
            if (tensor.Name.EndsWith(".lora_b", StringComparison.Ordinal))
            {
                if (factor is null || factor.Name != tensor.Name[..^1] + "a")
                {
                    return default;
                }

                size = tensor.Columns == 0 ? 0 : checked(size / tensor.Columns * factor.Columns);
            }

            total = checked(total + size);
        }

        return new ParameterCount(factor is null ? total : -total, 0, 0, 0);
    }
}
