using System.Collections.Frozen;
using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The architectures that can be converted, by the names that config.json has for them.</summary>
internal static class SupportedArchitectures
{
    private static readonly FrozenDictionary<string, Func<ArchitectureContext, ModelArchitecture>> ByName = Entries(
        (["LlamaForCausalLM", "LLaMAForCausalLM", "LlamaModel", "MistralForCausalLM", "MixtralForCausalLM"], context => new Llama(context)),
        (["Qwen2ForCausalLM", "Qwen2Model"], context => new Qwen2(context)));

    /// <summary>The names, in order.</summary>
    public static ImmutableArray<string> Names { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Creates the converter of a checkpoint.</summary>
    /// <exception cref="CheckpointException">The architecture is not supported, or the configuration lacks something.</exception>
    public static ModelArchitecture Create(ArchitectureContext context) =>
        ByName.TryGetValue(context.HuggingFaceName, out var create)
            ? create(context)
            : throw CheckpointException.NotSupported($"the architecture {context.HuggingFaceName} (config.json)", $"Supported are {string.Join(", ", Names)}.");

    private static FrozenDictionary<string, Func<ArchitectureContext, ModelArchitecture>> Entries(
        params ReadOnlySpan<(string[] Names, Func<ArchitectureContext, ModelArchitecture> Create)> families)
    {
        var entries = new Dictionary<string, Func<ArchitectureContext, ModelArchitecture>>(StringComparer.Ordinal);
        foreach (var (names, create) in families)
        {
            foreach (var name in names)
            {
                entries.Add(name, create);
            }
        }

        return entries.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
