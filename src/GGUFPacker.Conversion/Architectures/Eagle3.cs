using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// EAGLE-3 drafters: one layer of Llama on states of three of the target's layers, perhaps with a part of its vocabulary. Checkpoints call it Llama too,
/// with one layer and a draft_vocab_size.
/// </summary>
[Family("EAGLE-3 drafters", "LlamaForCausalLMEagle3", "Eagle3LlamaForCausalLM", "Eagle3Speculator", "Eagle3DraftModel",
    Special = "as Llama; tokenizer and sizes of the target (`--target-model-dir`), draft vocabulary as target ids")]
internal sealed class Eagle3 : Llama
{
    private const string OwnConfigKey = "transformer_layer_config";
    private const string DistancesName = "d2t";

    private static readonly GgufArchitecture Gguf = new("eagle3",
    [
        TokenEmbd, Output, OutputNorm, RopeFreqs, AttnNorm, AttnNorm2, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
        EncOutputNorm, Fc, DraftToTarget,
    ]);

    private readonly ModelConfig _rootConfig;
    private readonly DraftTarget _target;
    private DraftVocabulary? _vocabulary;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Eagle3(ArchitectureContext context)
        : base(Gguf, context with { Config = Flattened(context.Config) })
    {
        _rootConfig = context.Config;
        _target = IsOne(Config)
            ? DraftTarget.Require(context)
            : throw new CheckpointException("Cannot convert: an EAGLE-3 drafter has one layer (num_hidden_layers) and a 'draft_vocab_size' in config.json.");
    }

    /// <inheritdoc/>
    public override CheckpointFiles TokenizerFiles => _target.Files;

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForLlama(VocabularySize);

    private long TargetVocabularySize => _target.TextConfig.RequireInteger("vocab_size");

    /// <summary>Whether a configuration with Llama's name is a drafter's.</summary>
    public static bool IsOne(ModelConfig config) =>
        config.Contains("draft_vocab_size") && config["num_hidden_layers"] is not null && config.RequireInteger("num_hidden_layers") == 1;

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name) is not { } selected ? null
        : selected.StartsWith("midlayer.", StringComparison.Ordinal) ? $"model.layers.0.{selected["midlayer.".Length..]}"
        : selected.StartsWith("layers.0.", StringComparison.Ordinal) ? $"model.{selected}"
        : selected;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        switch (tensor.Name)
        {
            case "fc.weight":
                return [tensor];
            case "input_norm.weight":
                return [tensor with { Name = EncOutputNorm.NameOf(null) }];
            case DistancesName:
                _vocabulary = DraftVocabulary.Read(tensor.Source, TargetVocabularySize);
                return [];
            case "t2d":
                return [];
            default:
                return tensor.EndsWith(".hidden_norm.weight") ? [tensor with { Name = AttnNorm2.NameOf(block) }] : base.Convert(tensor, block);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> AppendedTensors() => _vocabulary is null ? [] : [new NamedTensor(DistancesName, _vocabulary)];

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer)
    {
        var layers = _target.TextConfig.RequireInteger("num_hidden_layers");
        writer.Counts("target_layers", _rootConfig.IsTrue("eagle_aux_hidden_state_layer_ids")
            ? _rootConfig.Integers("eagle_aux_hidden_state_layer_ids")
            : [2, layers / 2, layers - 3]);
        writer.Count("target_hidden_size", _rootConfig.Find("target_hidden_size") ?? _target.TextConfig.Require("hidden_size"));
        writer.Flag("norm_before_residual", _rootConfig.IsTrue("norm_before_residual"));
        writer.Flag("norm_before_fc", _rootConfig.IsTrue("norm_before_fc"));
    }

    private static ModelConfig Flattened(ModelConfig config) => config.With(config.Part(OwnConfigKey).Values);
}
