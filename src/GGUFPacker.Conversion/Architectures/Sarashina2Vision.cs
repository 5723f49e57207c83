namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of Sarashina 2 Vision: Llama.</summary>
[Family("Sarashina 2 Vision", "Sarashina2VisionForCausalLM", Special = "text part only; as Llama")]
internal sealed class Sarashina2Vision(ArchitectureContext context) : Llama(context)
{
    private const string TextPrefix = "llm.";

    /// <inheritdoc/>
    public override string? Select(string name) => name.StartsWith(TextPrefix, StringComparison.Ordinal)
        ? base.Select(name[TextPrefix.Length..])
        : name.StartsWith("norm.", StringComparison.Ordinal) ? null : base.Select(name);
}
