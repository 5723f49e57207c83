using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Jais: GPT-2 with SwiGLU and ALiBi; the scales of embeddings and output go into the weights, ALiBi's slopes into a key.</summary>
[Family("Jais", "JAISLMHeadModel", Special = "matrices transposed, scales in weights, largest ALiBi bias from the slopes")]
internal sealed class Jais : ModelArchitecture
{
    private const double UsualBias = 8;

    private static readonly GgufArchitecture Gguf = new("jais",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    private static readonly string[] Transposed = [".c_attn.weight", ".c_proj.weight", ".c_fc.weight", ".c_fc2.weight"];

    private readonly double _embeddingScale;
    private readonly double _outputScale;
    private double _largestBias = UsualBias;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Jais(ArchitectureContext context)
        : base(Gguf, context)
    {
        Demand("activation_function", "swiglu");
        Demand("position_embedding_type", "alibi");
        _embeddingScale = Number("mup_embeddings_scale", "embeddings_scale");
        _outputScale = Config.Contains("mup_output_alpha") ? Number("mup_output_alpha") * Number("mup_width_scale") : Number("width_scale");
    }

    /// <inheritdoc/>
    public override string? Select(string name) => name.EndsWith(".attn.bias", StringComparison.Ordinal) ? null : base.Select(name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.EndsWith("relative_pe.slopes"))
        {
            _largestBias = LargestBias(tensor.With(source => source.Sliced(0, 0, 1)).Source.ReadSingle(tensor.Name));
            return [];
        }

        if (Transposed.Any(tensor.EndsWith))
        {
            tensor = tensor.With(source => source.Transposed());
        }

        return Map(MapName(tensor.Name) switch
        {
            "token_embd.weight" => tensor.With(source => source.Times(_embeddingScale)),
            "output.weight" => tensor.With(source => source.Times(_outputScale)),
            _ => tensor,
        });
    }

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer) => writer.Real("attention.max_alibi_bias", _largestBias);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("block_count", BlockCount, "n_layer");
        writer.Count("context_length", Config.Require("n_positions"));
        writer.Count("embedding_length", Config.Require("n_embd"));
        writer.Count("feed_forward_length", Config.Require("n_inner"));
        writer.Count("attention.head_count", Config.Require("n_head"));
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.FileType();
    }

    /// <summary>The first slope is 2 to the power of minus the bias by the number of heads, which counts as the next smaller power of two.</summary>
    private double LargestBias(float firstSlope)
    {
        var heads = Config.RequireInteger("n_head");
        return heads > 0 && firstSlope > 0
            ? 0 - Math.Round(Math.Log2(firstSlope) * Math.Pow(2, Math.Floor(Math.Log2(heads))))
            : throw new CheckpointException($"Cannot convert: a first ALiBi slope of {firstSlope} and {heads} heads ('n_head' of config.json) do not fit.");
    }

    private double Number(params string[] keys) =>
        Config.Require(keys)?.Number ?? throw new CheckpointException($"Cannot convert: '{keys[0]}' of config.json must not be null.");

    private void Demand(string key, string value)
    {
        if (Config.Require(key)?.Text != value)
        {
            throw new CheckpointException($"Cannot convert: '{key}' of config.json must be {value}.");
        }
    }
}
