using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>PLaMo 2: Mamba layers with attention in each n-th; norms are kept as differences.</summary>
[Family("PLaMo 2", "Plamo2ForCausalLM", "PLaMo2ForCausalLM", Special = "norms completed, state space decay -exp, convolution squeezed, heads by layer")]
internal sealed class Plamo2(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("plamo2",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnOutput, PostAttentionNorm, AttnRotEmbd, FfnNorm, PostFfwNorm, FfnUp,
        FfnGate, FfnDown, AttnQNorm, AttnKNorm, RopeFreqs, SsmIn, SsmConv1d, SsmX, SsmDt, SsmDtNorm, SsmA, SsmBNorm, SsmCNorm, SsmD, SsmOut,
    ]);

    private static readonly (string End, string Replacement)[] Endings =
    [
        (".dt_bias", ".dt_proj.bias"), (".dt_norm_weight", ".dt_norm.weight"), (".B_norm_weight", ".B_norm.weight"),
        (".C_norm_weight", ".C_norm.weight"), (".k_weight", ".k.weight"), (".q_weight", ".q.weight"),
    ];

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForPlamo2(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith(".A_log"))
        {
            return Map(tensor.With(source => source.NegativeExponential()));
        }

        var (end, replacement) = Endings.FirstOrDefault(ending => tensor.EndsWith(ending.End));
        return Map(
            end is not null ? tensor with { Name = tensor.Name[..^end.Length] + replacement }
            : tensor.EndsWith(".conv1d.weight") ? tensor.With(source => source.Squeezed())
            : PlamoNorms.Completed(tensor));
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var headDim = Given("hidden_size_per_head", 128);
        var stateHeads = Given("mamba_num_heads", 64);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        if (!Config.Contains("mamba_enabled") || Config.IsTrue("mamba_enabled"))
        {
            WriteHeads("attention.head_count_kv", "num_key_value_heads", 4);
            WriteHeads("attention.head_count", "num_attention_heads", 32);
        }

        writer.Count("context_length", Given("max_position_embeddings", 2048), "max_position_embeddings");
        writer.Count("embedding_length", Given("hidden_size", 4096), "hidden_size");
        writer.Count("attention.key_length", headDim, "hidden_size_per_head");
        writer.Count("attention.value_length", headDim, "hidden_size_per_head");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Real("attention.layer_norm_rms_epsilon", Config.Contains("rms_norm_eps") ? Config.Require("rms_norm_eps")!.Value.Number : 1e-6);
        writer.Real("rope.freq_base", Rope.Outer.Number("rope_theta") ?? 10000);
        writer.Count("ssm.state_size", Given("mamba_d_state", 64), "mamba_d_state");
        writer.Count("ssm.conv_kernel", Given("mamba_d_conv", 4), "mamba_d_conv");
        writer.Count("ssm.time_step_rank", stateHeads, "mamba_num_heads");
        writer.Count("ssm.inner_size", stateHeads * headDim, "mamba_num_heads");
        writer.Count("ssm.group_count", 0, "group_count");
        writer.Count("feed_forward_length", Given("intermediate_size", 13312), "intermediate_size");
        writer.FileType();

        void WriteHeads(string key, string configKey, long fallback) => writer.Counts(
            key, Enumerable.Range(0, checked((int)BlockCount)).Select(layer => HasStateSpace(layer) ? 0 : Given(configKey, fallback)), configKey);
    }

    private long Given(string key, long fallback) => Config.Contains(key) ? Config.RequireInteger(key) : fallback;

    /// <summary>Each n-th layer has attention, from the middle of the first n on; in a small model only the last one.</summary>
    private bool HasStateSpace(int layer)
    {
        var step = Math.Max(Given("mamba_step", 2), 1);
        return BlockCount <= step / 2 ? layer != BlockCount - 1 : layer % step != step / 2;
    }
}
