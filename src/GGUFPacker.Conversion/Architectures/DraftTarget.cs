using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The model that a drafter drafts for: its configuration tells sizes, and its tokenizer is the drafter's.</summary>
/// <param name="Files">Its checkpoint; only configuration and tokenizer are read.</param>
/// <param name="Config">config.json as it is.</param>
internal sealed record DraftTarget(CheckpointFiles Files, ModelConfig Config)
{
    /// <summary>The configuration, the text model's over the root's.</summary>
    public ModelConfig TextConfig => Config.With(Config.Part("text_config").Values);

    /// <summary>Whether its rotary embedding is in sections (M-RoPE).</summary>
    public bool HasRopeSections
    {
        get
        {
            var text = Config.Contains("text_config") ? Config.Part("text_config") : Config;
            var rope = text.IsTrue("rope_parameters") ? text.Part("rope_parameters") : text.Part("rope_scaling");
            return rope.Contains("mrope_section");
        }
    }

    /// <summary>The target of a conversion, or null if the caller has given none.</summary>
    /// <exception cref="CheckpointException">Its config.json is missing or broken.</exception>
    public static DraftTarget? Find(ArchitectureContext context) => context.Options.BaseModel is not { } files
        ? null
        : CheckpointJson.ReadObjectIfPresent(files, "config.json") is { } config
            ? new DraftTarget(files, new ModelConfig(config.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value))))
            : throw new CheckpointException($"Cannot convert: the target model '{files.Name}' (--target-model-dir) has no config.json.");

    /// <summary>The target of a conversion.</summary>
    /// <exception cref="CheckpointException">The caller has given none, or its config.json is missing or broken.</exception>
    public static DraftTarget Require(ArchitectureContext context) => Find(context)
        ?? throw new CheckpointException(
            $"{context.HuggingFaceName} is a drafter: give the directory of the model that it drafts for (configuration and tokenizer) with --target-model-dir, in a GGUFPackerfile with --base.");

    /// <summary>What the tokenizer must be like: what the target's family wants, for the drafter's vocabulary.</summary>
    /// <param name="context">The drafter.</param>
    /// <param name="vocabularySize">The drafter's vocab_size.</param>
    /// <param name="maskToken">The token that stands for what is to be drafted, or null.</param>
    /// <exception cref="CheckpointException">The target's architecture is not supported.</exception>
    public TokenizerRequest Tokenizer(ArchitectureContext context, int? vocabularySize, uint? maskToken)
    {
        var loaded = ModelConfigLoader.Load(Files);
        var target = context with
        {
            HuggingFaceName = loaded.Architecture,
            RootName = loaded.RootArchitecture,
            Config = loaded.Config,
            Files = Files,
            Options = new ConvertOptions(),
        };
        var request = ArchitectureSelection.Create(target).Tokenizer;
        if (request.VocabularySize is not null && vocabularySize is not null && vocabularySize != loaded.Config.Integer("vocab_size"))
        {
            request = request with { VocabularySize = vocabularySize };
        }

        return maskToken is not { } mask ? request : request with
        {
            Vocabularies =
            [
                .. request.Vocabularies.Select(vocabulary => vocabulary with { Last = [.. vocabulary.Last, TokenizerRules.Id("mask", mask)] }),
            ],
        };
    }
}
