namespace GGUFPacker.Conversion.Architectures;

/// <summary>GLM-OCR, the text part: GLM-4 with a layer that predicts further tokens.</summary>
[Family("GLM-OCR", "GlmOcrForConditionalGeneration", Special = "as GLM-4; prediction layers kept")]
internal sealed class GlmOcr(ArchitectureContext context) : Glm4(context)
{
    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + (Config.Integer("num_nextn_predict_layers") ?? 0);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("nextn_predict_layers", Config.Find("num_nextn_predict_layers"));
    }
}
