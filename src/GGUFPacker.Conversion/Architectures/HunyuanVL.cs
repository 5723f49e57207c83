using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>The text part of HunyuanOCR: as the dense Hunyuan, with a rotary embedding in sections (XD-RoPE).</summary>
[Family("HunyuanOCR", "HunYuanVLForConditionalGeneration", Special = "text part only; as Hunyuan; rope sections")]
internal sealed class HunyuanVL(ArchitectureContext context) : HunyuanDense(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("hunyuan_vl",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    // transformers 5.13 writes the sections as mrope_section, and "dynamic" for their type.
    private bool HasMropeSection => base.RopeType == "dynamic" && Rope.Outer.Contains("mrope_section");

    /// <inheritdoc/>
    protected override string? RopeType => HasMropeSection ? "xdrope" : base.RopeType;

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (RopeType != "xdrope")
        {
            return;
        }

        writer.Real("rope.freq_base", Rope.Outer.Require("rope_theta"));
        writer.Real("rope.scaling.alpha", Rope.Outer.Require("alpha"));
        writer.Text("rope.scaling.type", "none");
        writer.Real("rope.scaling.factor", Rope.Outer.Number("factor") ?? 1);
        writer.Count("rope.scaling.original_context_length", Config.Require("max_position_embeddings"));
        writer.Count("context_length", Config.Require("max_position_embeddings"));
        writer.CountOrCounts("rope.dimension_sections", Rope.Outer.Require(HasMropeSection ? "mrope_section" : "xdrope_section"));
    }
}
