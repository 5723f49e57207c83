using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Mamba 1 and Falcon Mamba: a state space in every layer, no attention. An output matrix that repeats the embeddings is left out.</summary>
[Family("Mamba, Falcon Mamba", "MambaForCausalLM", "MambaLMHeadModel", "FalconMambaForCausalLM",
    Special = "state space decay -exp, convolution squeezed, tied output left out, vocabulary padded")]
internal sealed class Mamba(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private const long AnyContext = 1 << 20;

    private static readonly GgufArchitecture Gguf = new("mamba",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, SsmIn, SsmConv1d, SsmX, SsmDt, SsmA, SsmD, SsmOut,
    ]);

    private TensorSource? _embeddings;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForMamba(PaddedVocabulary.SizeOf(Config), PaddedVocabulary.MultipleOf(Config, 8));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var kind = Names.Find(tensor.Name)?.Kind;
        if (kind == TokenEmbd)
        {
            _embeddings = tensor.Source;
        }

        return kind == Output && _embeddings is { } embeddings && TensorComparison.AreEqual(embeddings, tensor.Source)
            ? []
            : Map(StateSpaceTensors.Mamba(tensor, kind));
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var embeddingLength = Config.RequireInteger("hidden_size", "d_model");
        var innerSize = Config.IntegerOr(2 * embeddingLength, "intermediate_size", "d_inner");
        if (innerSize != 2 * embeddingLength)
        {
            throw new CheckpointException($"Cannot convert: 'intermediate_size' of config.json is {innerSize}; Mamba needs twice the hidden_size.");
        }

        writer.Count("context_length", AnyContext, "context");
        writer.Count("embedding_length", embeddingLength, "hidden_size");
        writer.Count("feed_forward_length", 0, "feed_forward_length");
        writer.Count("attention.head_count", 0, "head_count");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Count("ssm.conv_kernel", Config.IntegerOr(4, "conv_kernel", "d_conv"), "conv_kernel");
        writer.Count("ssm.inner_size", innerSize, "intermediate_size");
        writer.Count("ssm.state_size", Config.IntegerOr(16, "state_size", "d_state"), "state_size");
        writer.Count("ssm.time_step_rank", Config.IntegerOr((embeddingLength + 15) / 16, "time_step_rank", "dt_rank"), "time_step_rank");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Number("layer_norm_epsilon", "rms_norm_eps") is { } epsilon and not 0 ? epsilon : 1e-5);
        writer.Flag("ssm.dt_b_c_rms", Config["model_type"] is { ValueKind: JsonValueKind.String } type && type.GetString() == "falcon_mamba");
        writer.FileType();
    }
}
