using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>ERNIE 4.5, dense. Query, key and value, and gates and ways up, may come fused.</summary>
[Family("ERNIE 4.5", "Ernie4_5ForCausalLM", "Ernie4_5_ForCausalLM", Special = "fused projections split")]
internal class Ernie45 : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("ernie4_5",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Ernie45(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Ernie45(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForErnie(VocabularySize);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.Replace("ernie.", "model.", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Contains("qkv_proj"))
        {
            var heads = Config.RequireInteger("num_attention_heads");
            var headDim = Config.Integer("head_dim") ?? (Config.RequireInteger("hidden_size") / Math.Max(heads, 1));
            var keyValue = Config.RequireInteger("num_key_value_heads") * headDim;
            string[] names = ["q_proj.weight", "k_proj.weight", "v_proj.weight"];
            return MapAll(names.Select((name, part) => tensor
                .With(source => source.Split(0, heads * headDim, keyValue, keyValue)[part])
                .Renamed("qkv_proj.weight", name)));
        }

        return tensor.Contains("up_gate_proj")
            ? MapAll(
            [
                tensor.With(source => source.Chunks(0, 2)[0]).Renamed("up_gate_proj.weight", "gate_proj.weight"),
                tensor.With(source => source.Chunks(0, 2)[1]).Renamed("up_gate_proj.weight", "up_proj.weight"),
            ])
            : Map(tensor);
    }
}
