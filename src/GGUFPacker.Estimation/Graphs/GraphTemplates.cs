using System.Collections.Frozen;
using GGUFPacker.Estimation.Graphs.Families;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>The architectures whose graphs are known, by llama.cpp's names.</summary>
internal static class GraphTemplates
{
    private static readonly FrozenDictionary<string, Action<ModelGraph>> ByArchitecture = new Dictionary<string, Action<ModelGraph>>
    {
        ["arwkv7"] = QwenRwkv.Build7,
        ["bert"] = Bert.Build,
        ["cohere2"] = CommandR.Build,
        ["command-r"] = CommandR.Build,
        ["deepseek2"] = DeepSeek2.Build,
        ["exaone4"] = Exaone4.Build,
        ["falcon-h1"] = FalconH1.Build,
        ["gemma"] = Gemma.Build,
        ["gemma-embedding"] = Gemma.BuildEmbedding,
        ["gemma2"] = Gemma.Build2,
        ["gemma3"] = Gemma.Build3,
        ["glm4moe"] = Glm4Moe.Build,
        ["gemma4"] = Gemma4.Build,
        ["gpt-oss"] = GptOss.Build,
        ["granite"] = Granite.Build,
        ["granitehybrid"] = Granite.Build,
        ["granitemoe"] = Granite.Build,
        ["hrm_text"] = HrmText.Build,
        ["hunyuan-dense"] = HunYuan.Build,
        ["hunyuan-moe"] = HunYuan.BuildExperts,
        ["hunyuan_vl"] = HunYuan.Build,
        ["jamba"] = Jamba.Build,
        ["jina-bert-v2"] = Bert.Build,
        ["jina-bert-v3"] = Bert.Build,
        ["lfm2"] = Lfm2.Build,
        ["lfm2moe"] = Lfm2.Build,
        ["llama"] = Llama.Build,
        ["llama4"] = Llama4.Build,
        ["mamba"] = Mamba.Build,
        ["mamba2"] = Mamba.Build,
        ["minicpm3"] = MiniCpm3.Build,
        ["minimax-m2"] = MiniMaxM2.Build,
        ["mistral3"] = Mistral3.Build,
        ["modern-bert"] = ModernBert.Build,
        ["nemotron_h"] = NemotronH.Build,
        ["nemotron_h_moe"] = NemotronH.Build,
        ["nomic-bert"] = Bert.Build,
        ["nomic-bert-moe"] = Bert.Build,
        ["olmo2"] = Olmo.Build2,
        ["olmoe"] = Olmo.BuildExperts,
        ["phi2"] = Phi2.Build,
        ["phi3"] = Phi3.Build,
        ["phimoe"] = Phi3.Build,
        ["qwen2"] = Qwen2.Build,
        ["qwen2moe"] = Qwen2.BuildExperts,
        ["qwen3"] = Qwen3.Build,
        ["qwen35"] = QwenHybrid.Build,
        ["qwen35moe"] = QwenHybrid.Build,
        ["qwen3moe"] = Qwen3.BuildExperts,
        ["qwen3next"] = QwenHybrid.Build,
        ["qwen3vl"] = Qwen3.BuildVision,
        ["qwen3vlmoe"] = Qwen3.BuildVisionExperts,
        ["rwkv6"] = Rwkv.Build6,
        ["rwkv6qwen2"] = QwenRwkv.Build6,
        ["rwkv7"] = Rwkv.Build7,
        ["smallthinker"] = SmallThinker.Build,
        ["smollm3"] = SmolLm3.Build,
        ["spark2_5"] = Spark.Build,
        ["starcoder2"] = Starcoder2.Build,
        ["t5"] = T5.Build,
        ["t5encoder"] = T5.BuildEncoder,
        ["talkie"] = Talkie.Build,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>What builds an architecture's graph; null if that is not known.</summary>
    public static Action<ModelGraph>? Find(string architecture) => ByArchitecture.GetValueOrDefault(architecture);
}
