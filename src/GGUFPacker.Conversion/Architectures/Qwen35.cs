using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Qwen3.5 and Qwen3.6, dense, the text part: as Qwen3-Next with separate projections. Where several value heads share a key head, they come in llama.cpp
/// in turns (first of each key head, second of each, …) and not one key head after the other.
/// </summary>
[Family("Qwen3.5", "Qwen3_5ForConditionalGeneration", "Qwen3_5ForCausalLM", ExportsTokenPrediction = true,
    Special = "as Qwen3-Next; value heads in turns, default mrope sections")]
internal class Qwen35 : Qwen3Next
{
    private static readonly GgufArchitecture Gguf = new("qwen35",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, AttnGate, FfnUp, FfnGate, FfnDown,
        AttnQNorm, AttnKNorm, SsmConv1d, SsmDt, SsmA, SsmNorm, SsmOut, SsmAlpha, SsmBeta, NextnEhProj, NextnEmbedTokens, NextnEnorm, NextnHnorm,
        NextnSharedHeadHead, NextnSharedHeadNorm,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen35(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Qwen35(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    private long KeyHeads => Config.Integer("linear_num_key_heads") ?? 0;

    private long ValueHeads => Config.Integer("linear_num_value_heads") ?? 0;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => base.Convert(
        tensor.Contains("linear_attn.") ? tensor.With(source => InTurns(tensor.Name, source)) : tensor, block);

    /// <inheritdoc/>
    public override TensorSource TransformRows(string name, TensorSource rows) =>
        name.EndsWith(".weight", StringComparison.Ordinal) && name.Contains(".linear_attn.", StringComparison.Ordinal)
            ? new NamedTensor(name, rows).With(source => InTurns(name, source)).Source
            : rows;

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (!Rope.Outer.Contains("mrope_section"))
        {
            writer.Counts("rope.dimension_sections", [11, 11, 10, 0], "mrope_section");
        }
    }

    private TensorSource InTurns(string name, TensorSource source)
    {
        if (KeyHeads <= 0 || ValueHeads <= 0 || KeyHeads == ValueHeads)
        {
            return source;
        }

        var perKey = ValueHeads / KeyHeads;
        if (Has(".in_proj_qkv."))
        {
            return ValuesInTurns(source);
        }

        if (Has(".in_proj_z.") || Has(".in_proj_a.") || Has(".in_proj_b."))
        {
            return source.GroupsInTurns(0, KeyHeads, perKey);
        }

        if (Has(".A_log") || Has(".dt_bias") || Has(".dt_proj"))
        {
            return source.GroupsInTurns(-1, KeyHeads, perKey);
        }

        return Has(".conv1d") ? ValuesInTurns(source.Squeezed()) : Has(".out_proj.") ? source.GroupsInTurns(1, KeyHeads, perKey) : source;

        bool Has(string part) => name.Contains(part, StringComparison.Ordinal);

        TensorSource ValuesInTurns(TensorSource all)
        {
            var others = 2 * KeyHeads * Config.RequireInteger("linear_key_head_dim");
            var rows = all.Shape.FirstOrDefault();
            return Concatenation.Join([all.Sliced(0, 0, others), all.Sliced(0, others, rows - others).GroupsInTurns(0, KeyHeads, perKey)]);
        }
    }
}
