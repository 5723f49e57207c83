using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>DSpark drafters: DFlash with a Markov head, perhaps with a part of the target's vocabulary.</summary>
[Family("DSpark drafters", "Qwen3DSparkModel", "DSparkDraftModel", "DSparkSpeculator", "Lfm2DSparkDraftModel", "LingDSparkModel",
    Special = "as DFlash drafters; draft vocabulary as target ids")]
internal sealed class DSpark : DFlash
{
    private const string DistancesName = "model.d2t";

    private readonly bool _samplesFromAnchor;
    private readonly long _vocabularySize;
    private bool _hasConfidenceHead;
    private DraftVocabulary? _vocabulary;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public DSpark(ArchitectureContext context)
        : base(context with { Config = Flattened(context.Config) })
    {
        _samplesFromAnchor = context.Config.Contains("sample_from_anchor")
            ? context.Config.IsTrue("sample_from_anchor")
            : !context.Config.Contains("transformer_layer_config") && !context.Config.Contains("aux_hidden_state_layer_ids");
        if (Config.Contains("markov_head_type") && Config.Require("markov_head_type")?.Text != "vanilla")
        {
            throw CheckpointException.NotSupported("a Markov head that is not vanilla", "llama.cpp has no such drafter.");
        }

        var targetSize = Config.RequireInteger("vocab_size");
        _vocabularySize = Config.IntegerOr(targetSize, "draft_vocab_size");
        if (_vocabularySize > targetSize)
        {
            throw new CheckpointException($"Cannot convert: 'draft_vocab_size' of config.json ({_vocabularySize}) is more than 'vocab_size' ({targetSize}).");
        }
    }

    /// <inheritdoc/>
    protected override ModelConfig DraftConfig
    {
        get
        {
            if (Config.Contains("dflash_config"))
            {
                return base.DraftConfig;
            }

            var mask = Config.Contains("mask_token_id") ? Config.Values.Where(entry => entry.Key == "mask_token_id") : [];
            return new ModelConfig(Config.Contains("aux_hidden_state_layer_ids")
                ? [.. mask, new("target_layer_ids", JsonElements.Of(Config.Integers("aux_hidden_state_layer_ids").Select(layer => layer - 1)))]
                : [.. mask, .. Config.Values.Where(entry => entry.Key == "target_layer_ids")]);
        }
    }

    /// <inheritdoc/>
    public override string? Select(string name) => name == "t2d" ? null : base.Select(name);

    /// <inheritdoc/>
    public override void Prepare(IReadOnlyCollection<string> names)
    {
        base.Prepare(names);
        _hasConfidenceHead = names.Any(name => name.Contains("confidence_head.proj", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var targetSize = Config.RequireInteger("vocab_size");
        if (tensor.Name == DistancesName)
        {
            _vocabulary = DraftVocabulary.Read(tensor.Source, targetSize);
            return _vocabulary.TokenCount == _vocabularySize
                ? []
                : throw new CheckpointException(
                    $"Cannot convert the tensor 'd2t': it has {_vocabulary.TokenCount} tokens, not {_vocabularySize} (draft_vocab_size).");
        }

        // Reordered here and in DFlash again, as llama.cpp's converter does.
        return _vocabularySize == targetSize && tensor.EndsWith("lm_head.weight") ? [] : base.Convert(Deinterleaved(tensor), block);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> AppendedTensors() => _vocabulary is not null
        ? [new NamedTensor("d2t", _vocabulary)]
        : _vocabularySize == Config.RequireInteger("vocab_size")
            ? []
            : throw new CheckpointException("Cannot convert: the drafter knows a part of the target's tokens (draft_vocab_size), but has no tensor 'd2t'.");

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Flag("sample_from_anchor", _samplesFromAnchor);
        writer.Flag("has_confidence_head", _hasConfidenceHead);
    }

    private static ModelConfig Flattened(ModelConfig config) => config.With(config.Part("transformer_layer_config").Values);
}
