using Xunit.v3;

namespace GGUFPacker.Testing;

/// <summary>
/// All that tests read of the goldens and of the real llama.cpp: one folder of the goldens, or nothing. Where this repository has the same folder, a run with the full
/// goldens does nothing that the run without them has not done, and CI does it once. <see cref="Goldens"/> and <see cref="LlamaCpp.LlamaFolder"/> hold tests to it.
/// </summary>
/// <param name="folder">The folder, such as <c>quant/files</c>; <see cref="Nothing"/> by default.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class ReadsGoldensAttribute(string folder = ReadsGoldensAttribute.Nothing) : Attribute, ITraitAttribute
{
    /// <summary>The name of the trait.</summary>
    public const string Trait = "Goldens";

    /// <summary>The value of the trait for tests that read no goldens.</summary>
    public const string Nothing = "none";

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, folder)];
}
