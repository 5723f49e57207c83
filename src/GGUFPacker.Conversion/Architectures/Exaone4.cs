using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>EXAONE 4: norms after each part only, layers with a sliding window, factors of the long context.</summary>
[Family("EXAONE 4", "Exaone4ForCausalLM", Special = "llama3 rope factors, sliding window pattern")]
internal class Exaone4 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("exaone4",
    [
        TokenEmbd, Output, OutputNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, PostFfwNorm, FfnUp, FfnGate, FfnDown,
        AttnQNorm, AttnKNorm, RopeFreqs, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm, NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Exaone4(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Exaone4(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() => Llama3RopeFactors.Of(Rope.Full, () => RopeHead.Dim(Config), defaultFactor: 16) is { } factors
        ? [new NamedTensor(RopeFreqs.NameOf(null), new ConstantTensor(factors))]
        : [];

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("vocab_size", Config.Require("vocab_size"));
        if (Config.Find("sliding_window") is { } window)
        {
            writer.Count("attention.sliding_window", window);
            writer.Flags("attention.sliding_window_pattern", Pattern());
        }
    }

    /// <summary>Which layers have a sliding window: by layer_types, by a pattern of letters such as LLLG, or all but each n-th.</summary>
    private IEnumerable<bool> Pattern()
    {
        if (Config.Contains("layer_types"))
        {
            return Config.Texts("layer_types").Select(type => type == "sliding_attention");
        }

        var layers = Enumerable.Range(0, checked((int)LayerCount));
        return Config["sliding_window_pattern"] switch
        {
            { ValueKind: JsonValueKind.String } letters when letters.GetString() is { Length: > 0 } text => layers.Select(layer => text[layer % text.Length] == 'L'),
            { ValueKind: JsonValueKind.Number } number when new ConfigValue("sliding_window_pattern", number).Integer is > 0 and var interval =>
                layers.Select(layer => (layer + 1) % interval != 0),
            _ => [],
        };
    }
}
