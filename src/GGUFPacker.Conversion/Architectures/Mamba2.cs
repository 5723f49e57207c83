using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Mamba 2 and Mamba-Codestral.</summary>
[Family("Mamba 2", "Mamba2ForCausalLM", Special = "state space decay -exp, convolution squeezed, norm by groups, vocabulary padded")]
internal sealed class Mamba2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private const long AnyContext = 1 << 20;

    private static readonly GgufArchitecture Gguf = new("mamba2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, SsmIn, SsmConv1d, SsmDt, SsmA, SsmD, SsmNorm, SsmOut,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForMamba2(PaddedVocabulary.SizeOf(Config), PaddedVocabulary.MultipleOf(Config, 16));

    private long EmbeddingLength => Config.RequireInteger("hidden_size", "d_model", "dim");

    private long Expansion => Config.IntegerOr(2, "mamba_expand", "expand");

    private long InnerSize => Config.IntegerOr(Expansion * EmbeddingLength, "mamba_d_ssm", "intermediate_size", "d_inner");

    private long Groups => Config.IntegerOr(1, "n_groups");

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        // Mamba-Codestral has one more level.
        if (name.StartsWith("model.backbone", StringComparison.Ordinal) || name.StartsWith("model.lm_head", StringComparison.Ordinal))
        {
            name = name["model.".Length..];
        }

        return base.Select(name.EndsWith(".dt_bias", StringComparison.Ordinal) ? name[..^".dt_bias".Length] + ".dt_proj.bias" : name);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        Map(StateSpaceTensors.Mamba2(tensor, Names.Find(tensor.Name)?.Kind, Groups, InnerSize));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var headDim = Config.IntegerOr(64, "mamba_d_head", "head_dim");
        if (InnerSize != Expansion * EmbeddingLength || headDim <= 0 || InnerSize % headDim != 0)
        {
            throw new CheckpointException(
                $"Cannot convert: the state space of config.json has {InnerSize} dimensions, which must be 'expand' times the hidden_size and heads of {headDim}.");
        }

        writer.Count("context_length", AnyContext, "context");
        writer.Count("embedding_length", EmbeddingLength, "hidden_size");
        writer.Count("feed_forward_length", 0, "feed_forward_length");
        writer.Count("attention.head_count", 0, "head_count");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("ssm.conv_kernel", Config.IntegerOr(4, "conv_kernel", "d_conv"), "conv_kernel");
        writer.Count("ssm.inner_size", InnerSize, "intermediate_size");
        writer.Count("ssm.state_size", Config.IntegerOr(128, "state_size", "d_state"), "state_size");
        writer.Count("ssm.time_step_rank", InnerSize / headDim, "head_dim");
        writer.Count("ssm.group_count", Groups, "n_groups");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("layer_norm_epsilon", "rms_norm_eps") is { } epsilon and not 0 ? epsilon : 1e-5);
        writer.FileType();
    }
}
