using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>LFM2: layers with a short convolution between those with attention; the size of the feed-forward part is computed.</summary>
[Family("LFM2", "Lfm2ForCausalLM", "LFM2ForCausalLM", Special = "short convolution squeezed, heads by layer, adjusted feed-forward size")]
internal class Lfm2 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("lfm2",
    [
        TokenEmbd, TokenEmbdNorm, Output, Dense2, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm,
        AttnKNorm, ShortconvConv, ShortconvInProj, ShortconvOutProj,
    ]);

    private static readonly string[] AudioParts = ["audio", "codebook", "conformer", "depth_embedding", "depthformer", "depth_linear"];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Lfm2(ArchitectureContext context)
        : base(Gguf, context)
    {
    }

    /// <inheritdoc/>
    protected override ModelConfig KeyConfig => ShortConvolution.HeadsByLayer(Config, type => type != "conv");

    /// <inheritdoc/>
    public override string? Select(string name) => AudioParts.Any(part => name.Contains(part, StringComparison.Ordinal))
        ? null
        : base.Select(name.Replace("lfm.", "model.", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(ShortConvolution.Squeeze(tensor));

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        writer.Count("shortconv.l_cache", Config.Require("conv_L_cache"));
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("norm_eps"));
        writer.Count("feed_forward_length", FeedForwardLength(), "block_ff_dim");
    }

    private long FeedForwardLength()
    {
        var size = Config.RequireInteger("block_ff_dim", "intermediate_size");
        var multiple = Config.RequireInteger("block_multiple_of");
        var multiplier = Config.Require("block_ffn_dim_multiplier")?.Number;
        if (!Config.IsTrue("block_auto_adjust_ff_dim"))
        {
            return size;
        }

        size = (long)(2 * size / 3.0);
        size = multiplier is { } factor ? (long)(factor * size) : size;
        return multiple > 0
            ? multiple * ((size + multiple - 1) / multiple)
            : throw new CheckpointException("Cannot convert: 'block_multiple_of' of config.json must be greater than 0.");
    }
}
