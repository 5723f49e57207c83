using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>
/// Finds out what the mixtures ask about a model. Refuses a model whose general hyper-parameters llama.cpp could not load,
/// since its quantizer loads them before anything else.
/// </summary>
internal static class ModelTraitsReader
{
    // llama.cpp v0.5.0: LLAMA_MAX_LAYERS, LLAMA_MAX_EXPERTS.
    private const int MaxLayers = 512;
    private const int MaxExperts = 1024;

    /// <summary>Reads the traits.</summary>
    /// <exception cref="GgufException">llama.cpp could not load the model.</exception>
    public static ModelTraits Read(HyperParameterReader parameters)
    {
        var architecture = parameters.GetString("general.architecture") ?? "";
        if (!KnownArchitectures.Contains(architecture))
        {
            throw new GgufException($"The model cannot be loaded: general.architecture is '{architecture}', which llama.cpp does not know.");
        }

        // A projector has no hyper-parameters of this kind.
        if (architecture == "clip")
        {
            return new ModelTraits(architecture, 0, 0, 0, Is70B: false);
        }

        parameters.RequireUInt32($"{architecture}.context_length");
        var embeddingLength = parameters.RequireUInt32($"{architecture}.embedding_length");
        var layers = parameters.RequireUInt32($"{architecture}.block_count");
        Require(layers is > 0 and <= MaxLayers, $"{architecture}.block_count is {layers}; it must be 1 to {MaxLayers}");
        var nextLayers = parameters.GetUInt32($"{architecture}.nextn_predict_layers") ?? 0;
        Require(nextLayers <= layers, $"{architecture}.nextn_predict_layers is {nextLayers}, of {layers} layers");

        var experts = ReadExperts(parameters, architecture, (int)layers);
        parameters.GetPerLayer($"{architecture}.feed_forward_length", (int)layers);
        var heads = First(parameters.GetPerLayer($"{architecture}.attention.head_count", (int)layers));
        var keyHeads = First(parameters.GetPerLayer($"{architecture}.attention.head_count_kv", (int)layers)) ?? heads;
        RequireLoadable(parameters, architecture, embeddingLength, heads ?? 0);
        return new ModelTraits(
            architecture,
            (int)layers,
            experts,
            keyHeads is null or 0 ? 0 : (int)(heads.GetValueOrDefault() / keyHeads.Value),
            Is70B(architecture, layers - nextLayers, heads, keyHeads, experts));
    }

    // llama.cpp names models by their number of layers; these are the names that say 70B.
    private static bool Is70B(string architecture, uint layers, uint? heads, uint? keyHeads, int experts) => architecture switch
    {
        "llama" or "llama-embed" => layers == 80 && heads != keyHeads && experts != 8,
        "qwen2" or "deci" or "olmo" => layers == 80,
        "jais2" => layers == 68,
        _ => false,
    };

    private static int ReadExperts(HyperParameterReader parameters, string architecture, int layers)
    {
        var experts = parameters.GetUInt32($"{architecture}.expert_count") ?? 0;
        var perLayer = parameters.GetPerLayer($"{architecture}.expert_used_count", layers);
        var used = perLayer.Count == 0 ? 0 : perLayer.Max();
        if (architecture is "hunyuan_vl" or "hunyuan-dense" && experts <= 1)
        {
            return 0;
        }

        Require(experts <= MaxExperts, $"{architecture}.expert_count is {experts}; it must be up to {MaxExperts}");
        Require(used <= experts && (used > 0 || experts == 0), $"{architecture}.expert_used_count is {used}, of {experts} experts");
        return (int)experts;
    }

    // What the loaders of the families with plain rotary attention also insist on.
    private static void RequireLoadable(HyperParameterReader parameters, string architecture, uint embeddingLength, uint heads)
    {
        if (architecture is "llama" or "llama-embed" or "deci" or "qwen2")
        {
            parameters.RequireFloat32($"{architecture}.attention.layer_norm_rms_epsilon");
        }

        if (heads > 0 && architecture is "llama" or "llama-embed" or "deci" or "falcon")
        {
            var keyLength = parameters.GetUInt32($"{architecture}.attention.key_length") ?? (embeddingLength / heads);
            var rotated = parameters.GetUInt32($"{architecture}.rope.dimension_count") ?? keyLength;
            Require(rotated == keyLength, $"{architecture}.rope.dimension_count is {rotated}; the heads have {keyLength} dimensions");
        }
    }

    private static uint? First(IReadOnlyList<uint> values) => values.Count == 0 ? null : values[0];

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new GgufException($"The model cannot be loaded: {what}.");
        }
    }
}
