using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>
/// Which tensor type each kind of tensor gets in each file type, where it is not the file type's default: pure functions, one for each kind.
/// The table is llama.cpp's (src/llama-quant.cpp, v0.5.0). <c>i</c> is the number of the tensor among those of its kind, <c>n</c> how many there are.
/// </summary>
/// <param name="fileType">The file type.</param>
/// <param name="usual">The file type's default tensor type.</param>
/// <param name="model">The model.</param>
/// <param name="hasImatrix">Whether an importance matrix is given.</param>
internal sealed class MixtureRules(GgufFileType fileType, TensorType usual, ModelTraits model, bool hasImatrix)
{
    /// <summary>The file type's default tensor type.</summary>
    public TensorType Usual => usual;

    /// <summary>Whether the file type is one of the 1- and 2-bit types that have rules of their own.</summary>
    public bool IsLowBit => fileType is GgufFileType.IQ1_S or GgufFileType.IQ1_M
        or GgufFileType.IQ2_XXS or GgufFileType.IQ2_XS or GgufFileType.IQ2_S or GgufFileType.IQ2_M;

    /// <summary>Whether the file type is the one that only tells experts from the rest.</summary>
    public bool IsMxfp4Moe => fileType == GgufFileType.MXFP4_MOE;

    private bool IsIq2Large => fileType is GgufFileType.IQ2_S or GgufFileType.IQ2_M;

    /// <summary>The output projection, and the token embedding that takes its place.</summary>
    public TensorType Output(TensorInfo tensor)
    {
        if (IsMxfp4Moe || model.IsFalcon || tensor.Columns % usual.BlockLength != 0)
        {
            return TensorType.Q8_0;
        }

        if (IsLowBit || fileType == GgufFileType.IQ3_XXS)
        {
            return TensorType.Q5_K;
        }

        return usual == TensorType.Q8_0 ? usual : TensorType.Q6_K;
    }

    /// <summary>Any other tensor of an MXFP4_MOE file.</summary>
    public TensorType Mxfp4Moe(TensorInfo tensor, TensorCategory category)
    {
        var isExpert = tensor.Shape.Length > 2 && tensor.Shape[2] > 1
            && (model.Architecture != "bailingmoe3" || category is TensorCategory.FfnUp or TensorCategory.FfnGate or TensorCategory.FfnDown);
        return isExpert ? TensorType.MXFP4 : TensorType.Q8_0;
    }

    /// <summary>The token embedding of a model that has an output projection of its own.</summary>
    public TensorType TokenEmbedding() => fileType switch
    {
        GgufFileType.IQ2_XXS or GgufFileType.IQ2_XS or GgufFileType.IQ1_S or GgufFileType.IQ1_M => TensorType.Q2_K,
        GgufFileType.IQ2_S or GgufFileType.IQ2_M or GgufFileType.IQ3_XXS => TensorType.IQ3_S,
        GgufFileType.TQ1_0 or GgufFileType.TQ2_0 or GgufFileType.Q2_0 => TensorType.Q4_K,
        _ => usual,
    };

    /// <summary>attn_v and its like in a 1- or 2-bit file.</summary>
    public TensorType LowBitAttentionV() =>
        model.SharesKeyHeads || model.ExpertCount >= 4 ? TensorType.Q4_K : IsIq2Large ? TensorType.IQ3_S : TensorType.Q2_K;

    /// <summary>attn_k in a 1- or 2-bit file.</summary>
    public TensorType LowBitAttentionK() => model.HasEightExperts ? TensorType.Q4_K : usual;

    /// <summary>ffn_down in a 1- or 2-bit file.</summary>
    public TensorType LowBitFfnDown(int i, int n) => i >= n / 8 ? usual : IsIq2Large ? TensorType.IQ3_S : TensorType.Q2_K;

    /// <summary>attn_output in a 1- or 2-bit file.</summary>
    public TensorType LowBitAttentionOutput() => fileType switch
    {
        _ when model.HasEightExperts => TensorType.Q5_K,
        GgufFileType.IQ1_S or GgufFileType.IQ1_M => TensorType.IQ2_XXS,
        GgufFileType.IQ2_S or GgufFileType.IQ2_M => TensorType.IQ3_S,
        _ => usual,
    };

    /// <summary>attn_v and its like: attn_qkv, attn_kv_b.</summary>
    public TensorType AttentionV(int i, int n)
    {
        // For eight experts the step to Q8_0 costs next to nothing.
        if (model.HasEightExperts)
        {
            return TensorType.Q8_0;
        }

        var type = fileType switch
        {
            GgufFileType.Q2_K => model.SharesKeyHeads ? TensorType.Q4_K : TensorType.Q3_K,
            GgufFileType.Q2_K_S or GgufFileType.IQ3_XS or GgufFileType.IQ3_S when model.SharesKeyHeads => TensorType.Q4_K,
            GgufFileType.IQ3_XXS => model.SharesKeyHeads ? TensorType.Q4_K : hasImatrix ? TensorType.IQ3_XXS : TensorType.IQ3_S,
            GgufFileType.IQ3_M => TensorType.Q4_K,
            GgufFileType.Q3_K_M => i < 2 ? TensorType.Q5_K : TensorType.Q4_K,
            GgufFileType.Q3_K_L => TensorType.Q5_K,
            GgufFileType.IQ4_NL or GgufFileType.IQ4_XS when model.SharesKeyHeads => TensorType.Q5_K,
            GgufFileType.Q4_K_M or GgufFileType.Q5_K_M when UsesMoreBits(i, n) => TensorType.Q6_K,
            GgufFileType.Q4_K_S when i < 4 => TensorType.Q5_K,
            _ => usual,
        };

        // In the 70 B models eight heads share these weights: they are small, and the step up is cheap.
        return model.Is70B && type is (TensorType.Q3_K or TensorType.Q4_K) ? TensorType.Q5_K : type;
    }

    /// <summary>attn_k.</summary>
    public TensorType AttentionK() => model.HasEightExperts ? TensorType.Q8_0 : AttentionQ();

    /// <summary>attn_q.</summary>
    public TensorType AttentionQ() => fileType switch
    {
        GgufFileType.IQ3_XS => TensorType.IQ3_XXS,
        GgufFileType.IQ3_XXS => TensorType.IQ2_S,
        _ => usual,
    };

    /// <summary>ffn_down.</summary>
    public TensorType FfnDown(int i, int n) => fileType switch
    {
        GgufFileType.Q2_K => TensorType.Q3_K,
        GgufFileType.Q2_K_S when i < n / 8 => TensorType.Q4_K,
        GgufFileType.IQ3_XXS when !hasImatrix => i < n / 8 ? TensorType.Q4_K : TensorType.Q3_K,
        GgufFileType.Q3_K_M => i < n / 16 ? TensorType.Q5_K : !model.IsFalcon || UsesMoreBits(i, n) ? TensorType.Q4_K : TensorType.Q3_K,
        GgufFileType.IQ3_M when i < n / 8 || (model.HasEightExperts && UsesMoreBits(i, n)) => TensorType.Q4_K,
        GgufFileType.Q3_K_L => model.IsFalcon ? TensorType.Q4_K : TensorType.Q5_K,
        GgufFileType.Q4_K_M when model.IsFalcon => i < n / 16 ? TensorType.Q6_K : UsesMoreBits(i, n) ? TensorType.Q5_K : TensorType.Q4_K,
        GgufFileType.Q4_K_M or GgufFileType.Q5_K_M when UsesMoreBits(i, n) => TensorType.Q6_K,
        GgufFileType.IQ4_NL or GgufFileType.IQ4_XS when !hasImatrix && i < n / 8 => TensorType.Q5_K,
        GgufFileType.Q4_K_S when !model.IsFalcon && i < n / 8 => TensorType.Q5_K,

        // With an importance matrix the first layers of these can go wild; without one the "_1" types would.
        GgufFileType.Q4_0 when hasImatrix && i < n / 8 => TensorType.Q4_1,
        GgufFileType.Q5_0 when hasImatrix && i < n / 8 => TensorType.Q5_1,
        _ => usual,
    };

    /// <summary>attn_output.</summary>
    public TensorType AttentionOutput()
    {
        if (model.IsFalcon)
        {
            return fileType == GgufFileType.Q3_K_L ? TensorType.Q4_K : usual;
        }

        if (model.HasEightExperts)
        {
            return fileType is GgufFileType.Q2_K or GgufFileType.Q3_K_S or GgufFileType.Q3_K_M or GgufFileType.Q4_K_S or GgufFileType.Q4_K_M
                or GgufFileType.IQ3_XXS or GgufFileType.IQ3_XS or GgufFileType.IQ3_S or GgufFileType.IQ3_M or GgufFileType.IQ4_NL or GgufFileType.IQ4_XS
                ? TensorType.Q5_K
                : usual;
        }

        return fileType switch
        {
            GgufFileType.Q2_K => TensorType.Q3_K,
            GgufFileType.IQ3_XXS => TensorType.IQ3_S,
            GgufFileType.Q3_K_M or GgufFileType.IQ3_M => TensorType.Q4_K,
            GgufFileType.Q3_K_L => TensorType.Q5_K,
            _ => usual,
        };
    }

    /// <summary>ffn_gate and ffn_up.</summary>
    public TensorType FfnGateOrUp(int i, int n) =>
        fileType == GgufFileType.IQ3_XS && i >= n / 8 && i < 7 * n / 8 ? TensorType.IQ3_XXS : usual;

    // The first and the last eighth of the layers, and every third between.
    private static bool UsesMoreBits(int i, int n) => i < n / 8 || i >= 7 * n / 8 || (i - (n / 8)) % 3 == 2;
}
