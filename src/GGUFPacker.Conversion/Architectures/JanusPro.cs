namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of Janus-Pro: Llama.</summary>
[Family("Janus-Pro", "JanusForConditionalGeneration", Special = "text part only; as Llama")]
internal sealed class JanusPro(ArchitectureContext context) : Llama(context)
{
    private static readonly string[] ImageParts =
    [
        "model.vision_model.", "model.aligner.", "model.vqmodel.", "model.generation_embeddings.", "model.generation_aligner.", "model.generation_head.",
    ];

    /// <inheritdoc/>
    public override string? Select(string name) => ImageParts.Any(part => name.StartsWith(part, StringComparison.Ordinal)) ? null : base.Select(name);
}
