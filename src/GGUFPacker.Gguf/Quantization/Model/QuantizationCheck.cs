using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;
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
            var (name, type) = (needy.Target.Name, needy.Target.Type.GgmlName);
            throw new GgufException(!plan.HasImatrix
                ? $"Quantizing to {options.Type} requires an importance matrix: tensor '{name}' becomes {type}, which is useless without one. "
                    + "Make one with llama-imatrix and name it with --imatrix, or choose another type, such as Q2_K or Q4_K_M."
                : $"The importance matrix has no weights for the tensor '{needy.Source.Name}', which would become {type} and requires them. "
                    + $"Make a matrix of this model on more text, or choose another type for the tensor: --tensor-type {needy.Source.Name}=q4_k.");
        }

        // The token embedding is looked up by number, not multiplied with inputs: what a matrix has for it is of no use.
        if (plan.Tensors.FirstOrDefault(tensor => tensor.ImportanceMatch == ImportanceMatch.WrongSize && !TensorNames.IsTokenEmbedding(tensor.Target.Name)) is { } misfit)
        {
            throw new GgufException(
                $"The importance matrix is of another model: the tensor '{misfit.Source.Name}' needs {misfit.ImportanceCount} weights, and the matrix has another number for it.");
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

        if (tensor.Source.Shape.Length > 3 && tensor.Source.Shape[3] > 1)
        {
            throw new GgufException($"Cannot quantize '{name}' to {to.GgmlName}: it has four dimensions, and llama.cpp quantizes up to three.");
        }

        if (tensor.Importance is null && RowKernels.Importance(to) == ImportanceUse.Required)
        {
            throw new GgufException(
                $"Cannot quantize '{name}' to {to.GgmlName} without an importance matrix that has weights for it: choose another type for the tensor.");
        }
    }

    private static bool HoldsWeights(TensorType type) => type is not (TensorType.Q8_1 or TensorType.Q8_K
        or TensorType.I8 or TensorType.I16 or TensorType.I32 or TensorType.I64 or TensorType.F64);
}
