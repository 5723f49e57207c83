using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The drafters of Gemma 4: a small model on the states of the large one, whose keys and values it takes over.</summary>
[Family("Gemma 4 drafters", "Gemma4AssistantForCausalLM", "Gemma4UnifiedAssistantForCausalLM", Special = "as Gemma 4; masked embeddings left out")]
internal sealed class Gemma4Assistant(ArchitectureContext context) : Gemma4(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("gemma4-assistant",
    [
        TokenEmbd, MaskedEmbdCentroids, MaskedEmbdOrdering, OutputNorm, RopeFreqs, AttnNorm, AttnQ, AttnOutput, PostAttentionNorm, FfnPreNorm,
        PostFfwNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, LayerOutputScale, NextnProjPre, NextnProjPost,
    ]);

    /// <inheritdoc/>
    public override string? Select(string name) => name.Contains("masked_embedding", StringComparison.Ordinal) ? null : base.Select(name);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("embedding_length_out", Config.Require("backbone_hidden_size"));
        writer.Count("nextn_predict_layers", BlockCount, "num_hidden_layers");
    }
}
