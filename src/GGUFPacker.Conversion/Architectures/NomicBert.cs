using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Nomic Embed v1, v1.5 and v2: BERT with rotary embeddings; v2 has experts in every second layer.</summary>
[Family("Nomic BERT", "NomicBertModel", Special = "as BERT; context as trained, experts as three dimensions")]
internal sealed class NomicBert(ArchitectureContext context) : Bert(HasExperts(context.Config) ? GgufMoe : Gguf, Checked(context))
{
    private static readonly GgufArchitecture Gguf = new("nomic-bert",
    [
        TokenEmbd, TokenTypes, TokenEmbdNorm, PositionEmbd, OutputNorm, AttnQkv, AttnOutput, AttnOutputNorm, FfnUp, FfnGate, FfnDown,
        LayerOutputNorm,
    ]);

    private static readonly GgufArchitecture GgufMoe = new("nomic-bert-moe",
    [
        TokenEmbd, TokenTypes, TokenEmbdNorm, PositionEmbd, OutputNorm, AttnQkv, AttnOutput, AttnOutputNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnDown, FfnDownExps, LayerOutputNorm,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForNomicBert(VocabularySize, TokenTypeCount, HasExperts(Config));

    /// <inheritdoc/>
    public override string? Select(string name) => name.Contains("mlp.experts.bias", StringComparison.Ordinal) ? null : base.Select(name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Contains("mlp.experts.mlp.w1"))
        {
            tensor = tensor.With(Experts) with { Name = tensor.Name + ".weight" };
        }
        else if (tensor.Contains("mlp.experts.mlp.w2"))
        {
            tensor = tensor.With(source => Experts(source).Transposed()) with { Name = tensor.Name + ".weight" };
        }

        return base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (HasExperts(Config))
        {
            writer.Count("moe_every_n_layers", Config.Require("moe_every_n_layers"));
            writer.Count("expert_used_count", Config.Require("moe_top_k"));
        }
    }

    private static bool HasExperts(ModelConfig config) => config.IsTrue("moe_every_n_layers");

    private static ArchitectureContext Checked(ArchitectureContext context)
    {
        var config = context.Config;
        var hasExperts = HasExperts(config);
        Expect("causal", isTrue: false);
        Expect("qkv_proj_bias", hasExperts);
        Expect("mlp_fc1_bias", hasExperts);
        Expect("mlp_fc2_bias", hasExperts);
        Expect("prenorm", isTrue: false);
        Expect("rotary_emb_interleaved", isTrue: false);
        if ((hasExperts && config.Find("activation_function")?.Text != "gelu") || config.Number("rotary_emb_fraction") != 1
            || config["rotary_emb_scale_base"] is not null)
        {
            throw new CheckpointException(
                "Cannot convert: config.json is of a variant of Nomic BERT that llama.cpp does not know (activation_function or rotary_emb_*).");
        }

        // The context that the models were trained with, not the one that they may be stretched to.
        return (config.RequireInteger("n_positions"), config.Integer("max_trained_positions") ?? 2048) switch
        {
            (8192, 2048) => context with { Config = config.With("n_positions", 2048) },
            (2048, 2048) => context with { Config = config.With("n_positions", 512) },
            var (positions, trained) => throw new CheckpointException(
                $"Cannot convert: n_positions {positions} with max_trained_positions {trained} in config.json is no Nomic BERT that llama.cpp knows."),
        };

        void Expect(string key, bool isTrue)
        {
            if (config[key]?.ValueKind != (isTrue ? JsonValueKind.True : JsonValueKind.False))
            {
                throw new CheckpointException($"Cannot convert: '{key}' of config.json must be {(isTrue ? "true" : "false")} for this Nomic BERT.");
            }
        }
    }

    private TensorSource Experts(TensorSource source) => source.Reshaped(
        Config.RequireInteger("num_local_experts", "num_experts"), Config.RequireInteger("n_inner"), Config.RequireInteger("n_embd"));
}
