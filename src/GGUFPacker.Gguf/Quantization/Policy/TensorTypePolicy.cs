using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>Decides the type of every tensor of a file, as llama.cpp v0.5.0 does (llama_tensor_get_type of src/llama-quant.cpp).</summary>
internal static class TensorTypePolicy
{
    /// <summary>Decides for the tensors of one file.</summary>
    /// <param name="options">What the user wants.</param>
    /// <param name="model">The model.</param>
    /// <param name="tensors">The tensors, under their names in the output and in output order: the mixtures count them.</param>
    /// <param name="hasImatrix">Whether an importance matrix is given.</param>
    /// <returns>A decision for each tensor, in the same order.</returns>
    /// <exception cref="GgufException">A tensor fits neither its type nor a replacement.</exception>
    public static ImmutableArray<TensorTypeDecision> Decide(TensorTypeOptions options, ModelTraits model, IReadOnlyList<TensorInfo> tensors, bool hasImatrix)
    {
        var categories = tensors.Select(tensor => TensorNames.CategoryOf(tensor.Name)).ToArray();
        var fileType = options.Type.FileType;
        var rules = new MixtureRules(fileType, options.Type.DefaultTensorType, model, hasImatrix);
        var mixture = new Mixture(rules, model, categories, options.OutputTensorType);
        var decisions = ImmutableArray.CreateBuilder<TensorTypeDecision>(tensors.Count);
        for (var i = 0; i < tensors.Count; i++)
        {
            decisions.Add(Decide(options, tensors[i], categories[i], mixture));
        }

        return decisions.MoveToImmutable();
    }

    private static TensorTypeDecision Decide(TensorTypeOptions options, TensorInfo tensor, TensorCategory category, Mixture mixture)
    {
        if (!AllowsQuantization(options, tensor))
        {
            return new(tensor.Type, tensor.Type, RequiresImatrix: false);
        }

        var usual = options.Type.DefaultTensorType;
        var rule = options.TensorTypes.FirstOrDefault(rule => rule.Matches(tensor.Name));

        // These two choices are final: they hold for unquantized file types too, and no fallback saves rows that do not fit.
        if (options.TokenEmbeddingType is { } embeddingType && category == TensorCategory.TokenEmbedding
            && !(tensor.Name == TensorNames.PerLayerTokenEmbedding && rule is not null))
        {
            return Decided(embeddingType, embeddingType);
        }

        if (options.OutputTensorType is { } outputType && category == TensorCategory.Output)
        {
            return Decided(outputType, outputType);
        }

        if (!usual.IsQuantized)
        {
            return Decided(usual, usual);
        }

        var wanted = rule?.Type ?? (options.Pure ? usual : mixture.Next(tensor, category));
        return Decided(ShapeFallback.Apply(tensor, wanted), wanted);

        TensorTypeDecision Decided(TensorType type, TensorType wanted) => new(type, wanted, RequiresImatrix(tensor.Name, type, options.Type.FileType));
    }

    private static bool AllowsQuantization(TensorTypeOptions options, TensorInfo tensor) =>
        !options.Type.IsCopy
        && tensor.Shape.Skip(1).Any(length => length > 1)
        && !(options.LeaveOutputTensor && tensor.Name == TensorNames.Output)
        && TensorNames.AllowsQuantization(tensor.Name);

    private static bool RequiresImatrix(string name, TensorType type, GgufFileType fileType) =>
        !TensorNames.IsTokenEmbedding(name) && name != TensorNames.Output && RequiresImatrix(type, fileType);

    /// <summary>Whether llama.cpp refuses a tensor type without an importance matrix, in a file of a type.</summary>
    internal static bool RequiresImatrix(TensorType type, GgufFileType fileType) =>
        type is TensorType.IQ1_S or TensorType.IQ1_M or TensorType.IQ2_XXS or TensorType.IQ2_XS or TensorType.IQ2_S or TensorType.IQ3_XXS
        || (type == TensorType.Q2_K && fileType == GgufFileType.Q2_K_S);
}
