using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>Refuses, before any data is read, what would fail while it is quantized.</summary>
internal static class QuantizationCheck
{
    /// <summary>Checks every tensor of a plan.</summary>
    /// <exception cref="GgufException">A tensor cannot be quantized as planned.</exception>
    public static void RequireExecutable(QuantizationPlan plan, QuantizeOptions options)
    {
        if (plan.ImatrixRequiredBy is { } needy)
        {
            throw new GgufException(
                $"Quantizing to {options.Type} requires an importance matrix: tensor '{needy.Target.Name}' becomes {needy.Target.Type.GgmlName}.");
        }

        foreach (var tensor in plan.Tensors.Where(tensor => tensor.IsQuantized))
        {
            RequireExecutable(tensor, options);
        }
    }

    private static void RequireExecutable(PlannedTensor tensor, QuantizeOptions options)
    {
        var (name, from, to) = (tensor.Target.Name, tensor.Source.Type, tensor.Target.Type);
        if (from.IsQuantized && !options.AllowRequantize)
        {
            throw new GgufException(
                $"Cannot quantize '{name}' to {to.GgmlName}: it is {from.GgmlName} already, and requantizing must be allowed (--allow-requantize).");
        }

        if (!HoldsWeights(from))
        {
            throw new GgufException($"Cannot quantize '{name}' to {to.GgmlName}: {from.GgmlName} cannot be converted to floats.");
        }

        if (!HoldsWeights(to))
        {
            throw new GgufException($"Cannot quantize '{name}' to {to.GgmlName}: it is no type that weights are quantized to.");
        }

        if (to is TensorType.IQ1_S or TensorType.IQ2_XXS or TensorType.IQ2_XS)
        {
            throw new GgufException($"Cannot quantize '{name}' to {to.GgmlName} without an importance matrix.");
        }

        if (tensor.Source.Shape.Length > 3 && tensor.Source.Shape[3] > 1)
        {
            throw new GgufException($"Cannot quantize '{name}' to {to.GgmlName}: it has four dimensions, and llama.cpp quantizes up to three.");
        }

        if (from.IsQuantized && !RowKernels.IsKnown(from))
        {
            throw new GgufException($"Cannot quantize '{name}' to {to.GgmlName}: reading {from.GgmlName} is not supported yet.");
        }

        if (!RowKernels.IsKnown(to))
        {
            throw new GgufException($"Cannot quantize '{name}' to {to.GgmlName}: this tensor type is not supported yet.");
        }
    }

    private static bool HoldsWeights(TensorType type) => type is not (TensorType.Q8_1 or TensorType.Q8_K
        or TensorType.I8 or TensorType.I16 or TensorType.I32 or TensorType.I64 or TensorType.F64);
}
