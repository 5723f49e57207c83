using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>DeepSeek V4's drafter, which lies in the same checkpoint under "mtp.": DSpark with V4's layers.</summary>
[Family("DSpark drafter of DeepSeek V4", "DeepseekV4DSparkModel", Special = "as DeepSeek V4; tokenizer of the target (`--target-model-dir`)")]
internal sealed class DeepseekV4DSpark(ArchitectureContext context) : DeepseekV4(Gguf, context)
{
    private const string Prefix = "mtp.";

    private static readonly GgufArchitecture Gguf = DFlash.Drafter;

    private static readonly string[] OfModel =
    [
        "main_proj.weight", "main_proj.scale", "main_norm.weight", "markov_head.markov_w1.weight", "markov_head.markov_w2.weight",
        "confidence_head.proj.weight", "norm.weight", "hc_head_fn", "hc_head_base", "hc_head_scale",
    ];

    private long _layers;

    /// <inheritdoc/>
    public override CheckpointFiles TokenizerFiles => DraftTarget.Require(Context).Files;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer =>
        DraftTarget.Require(Context).Tokenizer(Context, VocabularySize, Config.Require("dspark_noise_token_id")?.TokenId);

    /// <inheritdoc/>
    protected override long BlockCount => _layers;

    /// <inheritdoc/>
    protected override long HashLayers => 0;

    /// <inheritdoc/>
    protected override IEnumerable<long> CompressRatios => Enumerable.Repeat(0L, checked((int)_layers));

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || name.Split('.', 3) is not [_, var stage, var part]
            || !long.TryParse(stage, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        if (OfModel.Contains(part))
        {
            return base.Select(part);
        }

        _layers = Math.Max(_layers, number + 1);
        return base.Select($"layers.{number}.{part}");
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.EndsWith(".ffn.gate.bias_vl") ? [] : base.Convert(tensor, block);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("block_size", Config.Require("dspark_block_size"));
        _ = Config.Require("dspark_target_layer_ids");
        writer.Counts("target_layers", Config.Integers("dspark_target_layer_ids").Select(layer => layer + 1), "dspark_target_layer_ids");
    }
}
