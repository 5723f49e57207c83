namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>What the mixtures ask about a model, as llama.cpp v0.5.0 knows it after loading the hyper-parameters.</summary>
/// <param name="Architecture">The architecture's name, such as <c>llama</c>.</param>
/// <param name="LayerCount">Layers, those that predict several tokens ahead included; 0 for a projector.</param>
/// <param name="ExpertCount">Experts of a layer; 0 for a dense model.</param>
/// <param name="QueryHeadsPerKeyHead">Query heads that share a key head, in the first layer; 0 if it has no attention.</param>
/// <param name="Is70B">Whether llama.cpp takes the model for one of the 70 B class, whose <c>attn_v</c> is small and sensitive.</param>
internal sealed record ModelTraits(string Architecture, int LayerCount, int ExpertCount, int QueryHeadsPerKeyHead, bool Is70B)
{
    /// <summary>Whether at least four query heads share a key head.</summary>
    public bool SharesKeyHeads => QueryHeadsPerKeyHead >= 4;

    /// <summary>Whether this is a Mixtral-like model of eight experts.</summary>
    public bool HasEightExperts => ExpertCount == 8;

    /// <summary>Whether this is Falcon, whose mixtures differ.</summary>
    public bool IsFalcon => Architecture == "falcon";
}
