using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// GLM-4-0414 and the text part of GLM-4.1V: four norms, gates and ways up fused; with multimodal rotary embeddings the rotated rows are reordered.
/// </summary>
[Family("GLM-4", "Glm4ForCausalLM", "Glm4vForConditionalGeneration", Special = "partial rotary embedding; rotated rows reordered for M-RoPE")]
internal class Glm4 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("glm4",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnNorm, PostFfwNorm, FfnUp,
        FfnDown, RopeFreqs, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Glm4(ArchitectureContext context)
        : base(Gguf, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForGlm4(VocabularySize);

    private long HeadDim => Config.Integer("head_dim") ?? (Config.RequireInteger("hidden_size") / Math.Max(Config.RequireInteger("num_attention_heads"), 1));

    private long RotatedDim => (long)(HeadDim * (Rope.Outer.Number("partial_rotary_factor") ?? 0.5));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var isRotated = Rope.Outer.Contains("mrope_section")
            && (tensor.EndsWith("q_proj.weight") || tensor.EndsWith("q_proj.bias") || tensor.EndsWith("k_proj.weight") || tensor.EndsWith("k_proj.bias"));
        return Map(isRotated ? tensor.With(EvenRowsFirst) : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("rope.dimension_count", RotatedDim, "head_dim");
    }

    /// <summary>In each head's rotated part the even rows come first, as llama.cpp's M-RoPE wants pairs half the part apart and not side by side.</summary>
    private TensorSource EvenRowsFirst(TensorSource source)
    {
        var (headDim, rotated) = (HeadDim, RotatedDim);
        if (rotated % 2 != 0 || headDim <= 0 || source.Shape.IsEmpty || source.Shape[0] % headDim != 0)
        {
            throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] has no whole heads of {headDim} rows, {rotated} of them rotated.");
        }

        var heads = source.Reshaped(source.Shape[0] / headDim, headDim, -1);
        return Concatenation.Join(
            [heads.Sliced(1, 0, rotated / 2, step: 2), heads.Sliced(1, 1, rotated / 2, step: 2), heads.Sliced(1, rotated, headDim - rotated)], axis: 1)
            .Reshaped(source.Shape.AsSpan());
    }
}
