using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Chooses the converter of a checkpoint by the name in config.json, or by the name that the caller asks for.</summary>
internal static class ArchitectureSelection
{
    private const int MaximumHints = 3;
    private const string List = "'gguf-packer convert --list' shows what is supported.";

    /// <summary>Creates the converter of a checkpoint.</summary>
    /// <exception cref="CheckpointException">The architecture is not supported, or the configuration lacks something.</exception>
    public static ModelArchitecture Create(ArchitectureContext context)
    {
        if (context.Options.Architecture is { } wanted)
        {
            return SupportedArchitectures.Find(wanted) is { } chosen
                ? chosen.Create(context with { HuggingFaceName = wanted, RootName = wanted })
                : throw new CheckpointException($"--architecture {wanted}: there is no such architecture. {List}");
        }

        if (context.Options.MistralFormat)
        {
            return context.Config["moe"] is null
                ? new MistralFormat(context)
                : throw CheckpointException.NotSupported(
                    "a mixture of experts in Mistral's own format", "Use the checkpoint in Hugging Face's format (config.json).");
        }

        return Find(context) is { } family
            ? family.Create(context)
            : throw CheckpointException.NotSupported($"the architecture {context.HuggingFaceName} (config.json)", Advice(context));
    }

    /// <summary>The family by name and model type. A Llama with one layer and a draft_vocab_size is an EAGLE-3 drafter.</summary>
    private static ArchitectureFamily? Find(ArchitectureContext context)
    {
        var family = SupportedArchitectures.Find(context.HuggingFaceName, context.Config.Find("model_type")?.Text);
        return family?.Names.Contains("LlamaForCausalLM") == true && Eagle3.IsOne(context.Config)
            ? SupportedArchitectures.Find("LlamaForCausalLMEagle3")
            : family;
    }

    private static string Advice(ArchitectureContext context)
    {
        try
        {
            var tensors = context.Weights.Files.SelectMany(file => file.TensorNames.Select(name => new NamedTensor(name, file.Open(name)))).ToList();
            var hints = FamiliarArchitectures.Find(context, tensors)
                .Take(MaximumHints)
                .Select(family => $"--architecture {family.Names[0]} ({family.Title})")
                .ToList();
            return hints.Count == 0
                ? List
                : $"All of its tensors fit {(hints.Count == 1 ? "a known family" : "known families, the closest one first")}:"
                    + " if the model computes the same, try"
                    + $" {string.Join(" or ", hints)}. {List}";
        }
        catch (CheckpointException)
        {
            return List;
        }
    }
}
