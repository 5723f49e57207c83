using System.Collections.Frozen;

namespace GGUFPacker.Estimation.Placements;

/// <summary>What a tensor's name says of it: LLM_TENSOR_NAMES and LLM_TENSOR_INFOS of llama-arch.cpp.</summary>
/// <param name="Part">The part of the model.</param>
/// <param name="Layer">The layer's number, or -1.</param>
/// <param name="Use">The operation.</param>
internal readonly record struct TensorRole(TensorLayer Part, int Layer, TensorUse Use)
{
    private static readonly FrozenDictionary<string, TensorRole> Known = new Dictionary<string, TensorRole>(StringComparer.Ordinal)
    {
        ["token_embd"] = new(TensorLayer.Input, -1, TensorUse.TakeRows),
        ["position_embd"] = new(TensorLayer.Input, -1, TensorUse.TakeRows),
        ["token_types"] = new(TensorLayer.Input, -1, TensorUse.TakeRows),
        ["per_layer_token_embd"] = new(TensorLayer.Input, -1, TensorUse.TakeRows),
        ["hrm.z_l_init"] = new(TensorLayer.Input, -1, TensorUse.Elementwise),
        ["masked_embd_centroids"] = new(TensorLayer.Input, -1, TensorUse.None),
        ["masked_embd_ordering"] = new(TensorLayer.Input, -1, TensorUse.None),

        // Used by the first layer rather than by the input.
        ["token_embd_norm"] = new(TensorLayer.Layer, 0, TensorUse.Elementwise),
        ["per_layer_model_proj"] = new(TensorLayer.Layer, 0, TensorUse.Multiply),
        ["per_layer_proj_norm"] = new(TensorLayer.Layer, 0, TensorUse.Elementwise),
        ["nextn.pre_projection"] = new(TensorLayer.Layer, 0, TensorUse.Multiply),
        ["conv1d"] = new(TensorLayer.Layer, 0, TensorUse.Elementwise),

        ["rope_freqs"] = new(TensorLayer.EveryLayer, -1, TensorUse.Elementwise),
        ["rope_factors_long"] = new(TensorLayer.EveryLayer, -1, TensorUse.Elementwise),
        ["rope_factors_short"] = new(TensorLayer.EveryLayer, -1, TensorUse.Elementwise),

        ["d2t"] = new(TensorLayer.Output, -1, TensorUse.TakeRows),
        ["markov_w1"] = new(TensorLayer.Output, -1, TensorUse.TakeRows),
        ["selector_predecessor"] = new(TensorLayer.Output, -1, TensorUse.TakeRows),
        ["selector_successor"] = new(TensorLayer.Output, -1, TensorUse.TakeRows),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TensorRole>.AlternateLookup<ReadOnlySpan<char>> KnownByName =
        Known.GetAlternateLookup<ReadOnlySpan<char>>();

    // What is repeated for each layer stands below one of these, followed by the layer's number.
    private static readonly string[] LayerPrefixes = ["blk.", "enc.blk.", "dec.blk.", "posnet.", "convnext."];

    /// <summary>The role of a tensor of a model with so many layers.</summary>
    public static TensorRole Of(string name, string architecture, int layers)
    {
        foreach (var prefix in LayerPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && TryReadLayer(name.AsSpan(prefix.Length), layers, out var layer, out var rest))
            {
                return new TensorRole(TensorLayer.Layer, layer, UseInLayer(prefix, rest, architecture));
            }
        }

        var stem = name.AsSpan();
        if (stem.EndsWith(".weight", StringComparison.Ordinal) || stem.EndsWith(".bias", StringComparison.Ordinal))
        {
            stem = stem[..stem.LastIndexOf('.')];
        }

        if (stem is "token_embd_norm" && architecture is "lfm2" or "lfm2moe")
        {
            return new TensorRole(TensorLayer.Output, -1, TensorUse.Elementwise);
        }

        var isElementwise = name.EndsWith(".bias", StringComparison.Ordinal) || stem.EndsWith("_norm", StringComparison.Ordinal);
        return KnownByName.TryGetValue(stem, out var role)
            ? role
            : new TensorRole(TensorLayer.Output, -1, isElementwise ? TensorUse.Elementwise : TensorUse.Multiply);
    }

    private static bool TryReadLayer(ReadOnlySpan<char> text, int layers, out int layer, out ReadOnlySpan<char> rest)
    {
        var dot = text.IndexOf('.');
        rest = dot < 0 ? default : text[(dot + 1)..];
        layer = -1;
        return dot > 0
            && int.TryParse(text[..dot], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out layer)
            && layer < layers;
    }

    // Only what is no matrix of two dimensions, or is a table, has to be told apart: the rest is a product, or is too small to matter.
    private static TensorUse UseInLayer(string prefix, ReadOnlySpan<char> rest, string architecture)
    {
        if (rest is "ssm_conv1d.weight" or "ple_conv1d.weight" or "shortconv.conv.weight")
        {
            return TensorUse.Convolve;
        }

        if (rest is "ssm_a" && Models.Architectures.ScansStates(architecture))
        {
            return TensorUse.Scan;
        }

        if (rest.EndsWith("exps.weight", StringComparison.Ordinal)
            || rest.EndsWith(".lora_a", StringComparison.Ordinal)
            || rest.EndsWith(".lora_b", StringComparison.Ordinal))
        {
            return TensorUse.MultiplySelected;
        }

        if (rest is "attn_rel_b.weight" or "attn_compressor_ape.weight" or "indexer_compressor_ape.weight" or "ffn_gate_tid2eid.weight" or "nextn.embed_tokens.weight")
        {
            return TensorUse.TakeRows;
        }

        if (rest is "cross_attn_rel_b.weight" && prefix == "dec.blk.")
        {
            return TensorUse.None;
        }

        return rest.EndsWith(".bias", StringComparison.Ordinal)
            || rest.EndsWith("norm.weight", StringComparison.Ordinal)
            || rest.EndsWith("norm", StringComparison.Ordinal)
            || rest.Contains("conv1d", StringComparison.Ordinal)
            ? TensorUse.Elementwise
            : TensorUse.Multiply;
    }
}
