using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Granite 4 and Bamba: Mamba 2 layers and layers with attention, with or without experts. One without state spaces becomes a Granite 3.</summary>
[Family("Granite 4, Bamba", "GraniteMoeHybridForCausalLM", "BambaForCausalLM",
    Special = "state space decay -exp, convolution squeezed, heads by layer, stacked experts split, vocabulary padded")]
internal sealed class GraniteHybrid : GraniteMoe
{
    private static readonly GgufArchitecture Gguf = new("granitehybrid",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, FfnUp, FfnUpExps, FfnUpShexp,
        FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, SsmIn, SsmConv1d, SsmDt, SsmA, SsmD, SsmNorm, SsmOut,
    ]);

    private readonly HybridLayers _layers;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public GraniteHybrid(ArchitectureContext context)
        : base(Gguf with { Name = ArchitectureName(context) }, context) => _layers = HybridLayers.Of(Config, LayerCount);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForMamba2(PaddedVocabulary.SizeOf(Config), HasStateSpace ? 8 : 1);

    private bool HasStateSpace => _layers.HasStateSpace.Contains(true);

    /// <inheritdoc/>
    public override string? Select(string name) =>
        base.Select(name.EndsWith(".dt_bias", StringComparison.Ordinal) ? name[..^".dt_bias".Length] + ".dt_proj.bias" : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith("block_sparse_moe.input_linear.weight") || tensor.Contains("shared_mlp"))
        {
            return base.Convert(tensor, block);
        }

        return block is not { } layer || layer >= _layers.HasAttention.Count ? Map(tensor)
            : _layers.HasStateSpace[(int)layer] ? Map(StateSpaceTensors.Mamba2(tensor, Names.Find(tensor.Name)?.Kind, _layers.Groups, _layers.InnerSize))
            : base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        _layers.Write(writer, isRotary: Context.HuggingFaceName == "BambaForCausalLM" || !HasStateSpace);
    }

    private static string ArchitectureName(ArchitectureContext context)
    {
        var layerCount = context.Config.RequireInteger("n_layers", "num_hidden_layers", "n_layer", "num_layers");
        return HybridLayers.Of(context.Config, layerCount).HasStateSpace.Contains(true) ? "granitehybrid"
            : context.Config.IntegerOr(0, "num_experts_per_tok", "num_experts_per_token") > 0 ? "granitemoe"
            : "granite";
    }
}
