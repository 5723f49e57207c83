using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Orion: its norms are not the root mean square ones that config.json speaks of.</summary>
[Family("Orion", "OrionForCausalLM")]
internal sealed class Orion(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("orion",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnUp, FfnGate, FfnDown, RopeFreqs,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForSentencePiece(VocabularySize);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var heads = Config.Require("num_attention_heads");
        writer.FileType();
        writer.Text("tensor_data_layout", "Meta AI original pth");
        writer.Count("context_length", Config.Require("max_sequence_length", "max_position_embeddings", "model_max_length"));
        writer.Count("embedding_length", Config.Require("hidden_size"));
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("feed_forward_length", Config.Require("intermediate_size"));
        writer.Count("attention.head_count", heads);
        writer.Count("attention.head_count_kv", Config.Contains("num_key_value_heads") ? Config.Find("num_key_value_heads") : heads);
        writer.Real("attention.layer_norm_epsilon", Config.Require("rms_norm_eps"));
    }
}
