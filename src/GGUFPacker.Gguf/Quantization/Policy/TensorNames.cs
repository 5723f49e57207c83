using System.Globalization;
using System.Text;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>What tensor names tell: the category, the layer, and whether llama.cpp ever quantizes the tensor.</summary>
internal static class TensorNames
{
    // Tensors that are small, sensitive, or read by code that wants floats.
    private static readonly string[] NeverQuantized =
    [
        "_norm.weight", "ffn_gate_inp.weight", "ffn_gate_tid2eid.weight", "altup", "laurel", "per_layer_model_proj",
        "ssm_conv1d", "shortconv.conv.weight", "indexer.k_proj.weight", "indexer.q_proj.weight",
        "time_mix_first.weight", "time_mix_w0.weight", "time_mix_w1.weight", "time_mix_w2.weight",
        "time_mix_v0.weight", "time_mix_v1.weight", "time_mix_v2.weight",
        "time_mix_a0.weight", "time_mix_a1.weight", "time_mix_a2.weight", "time_mix_g1.weight", "time_mix_g2.weight",
        "time_mix_decay_w1.weight", "time_mix_decay_w2.weight", "time_mix_lerp_fused.weight",
        "attn_rel_b.weight", ".position_embd", "sam.pos_embd", "sam.neck.", "sam.net_", ".rel_pos", ".patch_embd", ".patch_merger",
        "a.rvq.codebook", "mm.a.code_embd",
    ];

    // The first part that a name contains decides.
    private static readonly (string Part, TensorCategory Category)[] Categories =
    [
        ("attn_qkv.weight", TensorCategory.AttentionQkv),
        ("attn_kv_b.weight", TensorCategory.AttentionKvB),
        ("attn_v.weight", TensorCategory.AttentionV),
        ("attn_k.weight", TensorCategory.AttentionK),
        ("attn_q.weight", TensorCategory.AttentionQ),
        ("attn_output.weight", TensorCategory.AttentionOutput),
        ("ffn_up", TensorCategory.FfnUp),
        ("ffn_gate", TensorCategory.FfnGate),
        ("ffn_down", TensorCategory.FfnDown),
    ];

    /// <summary>The name of the output projection.</summary>
    public const string Output = "output.weight";

    /// <summary>The name of the embeddings per layer, of Gemma 3n and its kin.</summary>
    public const string PerLayerTokenEmbedding = "per_layer_token_embd.weight";

    /// <summary>Whether a name is that of a token embedding.</summary>
    public static bool IsTokenEmbedding(string name) => name is "token_embd.weight" or PerLayerTokenEmbedding;

    /// <summary>Whether a tensor of this name is quantized at all, if it has two dimensions or more.</summary>
    public static bool AllowsQuantization(string name) =>
        (name.EndsWith("weight", StringComparison.Ordinal) || IsTakenForWeight(name))
        && name is not ("position_embd.weight" or "token_types.weight")
        && !NeverQuantized.Any(part => name.Contains(part, StringComparison.Ordinal));

    /// <summary>The category of a tensor.</summary>
    public static TensorCategory CategoryOf(string name)
    {
        if (name == Output)
        {
            return TensorCategory.Output;
        }

        if (IsTokenEmbedding(name))
        {
            return TensorCategory.TokenEmbedding;
        }

        foreach (var (part, category) in Categories)
        {
            if (name.Contains(part, StringComparison.Ordinal))
            {
                return category;
            }
        }

        return TensorCategory.Other;
    }

    /// <summary>The N of a name that begins with <c>blk.N</c>, else null. Encoder, decoder and vision layers do not count.</summary>
    public static int? LayerOf(string name)
    {
        if (!name.StartsWith("blk.", StringComparison.Ordinal))
        {
            return null;
        }

        var rest = name.AsSpan(4);
        var end = rest.Length > 0 && rest[0] is '-' or '+' ? 1 : 0;
        while (end < rest.Length && char.IsAsciiDigit(rest[end]))
        {
            end++;
        }

        return int.TryParse(rest[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var layer) ? layer : null;
    }

    // llama.cpp searches the last "weight" and compares its place with length - 6; at length 5 both are -1.
    private static bool IsTakenForWeight(string name) => Encoding.UTF8.GetByteCount(name) == 5;
}
