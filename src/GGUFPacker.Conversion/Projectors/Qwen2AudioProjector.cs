namespace GGUFPacker.Conversion.Projectors;

/// <summary>Qwen2-Audio.</summary>
[Projector("Qwen2-Audio", "Qwen2AudioForConditionalGeneration")]
internal sealed class Qwen2AudioProjector(ProjectorContext context) : WhisperProjector(context)
{
    /// <inheritdoc/>
    protected override string Type => "qwen2a";
}
