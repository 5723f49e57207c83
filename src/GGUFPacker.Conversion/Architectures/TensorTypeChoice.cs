using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Chooses a tensor's type in the GGUF file, by the rules of llama.cpp's converter.</summary>
internal static class TensorTypeChoice
{
    private static readonly string[] WeightSuffixes = [".weight", ".lora_a", ".lora_b"];

    /// <summary>The type.</summary>
    /// <param name="architecture">The architecture.</param>
    /// <param name="checkpointName">The tensor's name in the checkpoint.</param>
    /// <param name="tensor">The tensor with its GGUF name.</param>
    /// <param name="block">The first number in the checkpoint's name.</param>
    /// <param name="outType">What is asked for; not auto.</param>
    /// <param name="forcedType">A type that the tensor gets if the architecture has no other wish, or null.</param>
    public static TensorType Choose(
        TensorConverter architecture, string checkpointName, NamedTensor tensor, long? block, OutType outType, TensorType? forcedType = null)
    {
        var shape = tensor.Source.Shape;
        if (tensor.Source is EncodedTensor encoded)
        {
            return encoded.EncodedType;
        }

        if (shape.Length <= 1 || tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal))
        {
            return TensorType.F32;
        }

        var type = architecture.ForcedType(checkpointName, tensor.Name, shape.Length) ?? forcedType
            ?? (architecture.IsAlwaysOfOutType(tensor.Name) ? outType.TensorType : TypeOfKind(architecture.Definition, tensor.Name, block, outType));

        // A row that is no whole number of blocks cannot be quantized.
        return shape[^1] % type.BlockLength == 0 ? type : TensorType.F16;
    }

    private static TensorType TypeOfKind(GgufArchitecture architecture, string name, long? block, OutType outType)
    {
        if (!WeightSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))
            || architecture.Kinds.Any(kind => kind.IsAlwaysFloat32 && kind.Matches(name, block)))
        {
            return TensorType.F32;
        }

        return outType.IsTernary && architecture.Kinds.Any(kind => kind.IsNeverTernary && kind.Matches(name, block)) ? TensorType.F16 : outType.TensorType;
    }
}
