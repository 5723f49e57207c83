using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>What the families of the goldens ask of their tokenizers, so that these can be tested before the families themselves are converted.</summary>
internal static class FamilyRequests
{
    /// <summary>The request of a checkpoint; null if its family is not listed.</summary>
    public static TokenizerRequest? Find(CheckpointFiles files, bool mistralFormat)
    {
        if (mistralFormat)
        {
            return TokenizerRequest.ForMistralFormat();
        }

        var (family, config) = ModelConfigLoader.Load(files) is { } loaded ? (loaded.Architecture, loaded.Config) : default;
        var size = config.Find("vocab_size") is { } value ? (int)value.Integer : (int?)null;
        var types = config.Find("type_vocab_size") is { } count ? (uint)count.Integer : 1;
        switch (family)
        {
            case "LlamaForCausalLM" or "LlamaModel" or "MistralForCausalLM" or "MixtralForCausalLM" or "ArceeForCausalLM" or "Mistral3ForConditionalGeneration"
                or "GraniteForCausalLM" or "GraniteMoeForCausalLM" or "SmolLM3ForCausalLM":
                return TokenizerRequest.ForLlama(size);
            case "Qwen2ForCausalLM" or "Qwen2Model" or "Qwen2MoeForCausalLM" or "Qwen2VLForConditionalGeneration" or "Qwen3ForCausalLM" or "Qwen3MoeForCausalLM"
                or "Qwen3NextForCausalLM" or "Qwen3VLForConditionalGeneration" or "Qwen3VLMoeForConditionalGeneration" or "Qwen3_5ForConditionalGeneration"
                or "Qwen3_5MoeForConditionalGeneration":
                return TokenizerRequest.ForQwen2(size);
            case "BitnetForCausalLM" or "BaichuanForCausalLM":
                return TokenizerRequest.ForSentencePiece(size);
            case "BertModel":
                return TokenizerRequest.ForBert(size, types);
            case "RobertaModel":
                return TokenizerRequest.ForRoberta(size, types);
            case "XLMRobertaModel" or "XLMRobertaForSequenceClassification":
                return TokenizerRequest.ForXlmRoberta(size, types);
            case "NomicBertModel":
                return TokenizerRequest.ForNomicBert(size, types, config.Find("moe_every_n_layers") is { Integer: > 0 });
            case "JinaBertForMaskedLM" or "JinaBertModel":
                return TokenizerRequest.ForJinaBert(size, types);
            case "ModernBertModel":
                return TokenizerRequest.ForModernBert(size);
            case "T5ForConditionalGeneration" or "MT5ForConditionalGeneration" or "UMT5ForConditionalGeneration" or "T5EncoderModel":
                return TokenizerRequest.ForT5(size);
            case "GemmaForCausalLM":
                return TokenizerRequest.ForGemma(size);
            case "Gemma2ForCausalLM":
                return TokenizerRequest.ForGemma2(size);
            case "Gemma3ForCausalLM" or "Gemma3ForConditionalGeneration" or "Gemma3TextModel":
                return TokenizerRequest.ForGemma3(size);
            case "Gemma4ForConditionalGeneration":
                return TokenizerRequest.ForGemma4();
            case "Phi3ForCausalLM":
                return TokenizerRequest.ForPhi3(size);
            case "Glm4ForCausalLM":
                return TokenizerRequest.ForGlm4(size);
            case "Glm4MoeForCausalLM" or "Glm4MoeLiteForCausalLM" or "GlmMoeDsaForCausalLM":
                return TokenizerRequest.ForGlm4Moe(size);
            case "DeepseekV2ForCausalLM" or "DeepseekV3ForCausalLM":
                return TokenizerRequest.ForDeepseek2(size);
            case "DeepseekV32ForCausalLM":
                return TokenizerRequest.ForDeepseek32(size);
            case "HunYuanDenseV1ForCausalLM":
                return TokenizerRequest.ForHunyuan(size, config);
            case "Ernie4_5ForCausalLM" or "Ernie4_5_MoeForCausalLM":
                return TokenizerRequest.ForErnie(size);
            case "InternLM2ForCausalLM":
                return TokenizerRequest.ForInternLm2(size);
            case "InternLM3ForCausalLM":
                return TokenizerRequest.ForInternLm3(size);
            case "JambaForCausalLM":
                return TokenizerRequest.ForJamba(size);
            case "MambaForCausalLM":
                return TokenizerRequest.ForMamba(size!.Value);
            case "GraniteMoeHybridForCausalLM":
                return TokenizerRequest.ForMamba2(size!.Value, multiple: 8);
            case "NemotronHForCausalLM":
                return TokenizerRequest.ForNemotronH(size!.Value, addsBos: !config.Contains("num_experts_per_tok"));
            case "StableLmForCausalLM":
                return TokenizerRequest.ForStableLm(size);
            case "BailingMoeForCausalLM" or "CohereForCausalLM" or "Cohere2ForCausalLM" or "Exaone4ForCausalLM" or "FalconForCausalLM" or "GPT2LMHeadModel"
                or "GPTNeoXForCausalLM" or "GptOssForCausalLM" or "Lfm2ForCausalLM" or "Lfm2MoeForCausalLM" or "Llama4ForConditionalGeneration"
                or "MiniMaxM2ForCausalLM" or "Olmo2ForCausalLM" or "Olmo3ForCausalLM" or "OlmoeForCausalLM" or "PhiForCausalLM" or "SeedOssForCausalLM"
                or "Starcoder2ForCausalLM":
                return TokenizerRequest.ForGpt2(size);
            default:
                return null;
        }
    }
}
