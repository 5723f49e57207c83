using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Gemma 3n, the text part: AltUp (four versions of each state, of which one is computed), low-rank residuals, embeddings by layer, sparse activations.
/// </summary>
[Family("Gemma 3n", "Gemma3nForConditionalGeneration", "Gemma3nForCausalLM",
    Special = "text part only; AltUp projections stacked, embeddings padded, sparsity as factors of the standard deviation")]
internal sealed class Gemma3n : Gemma3
{
    private const long Versions = 4;
    private const long UsualVocabulary = 262400;

    private static readonly GgufArchitecture Gguf = new("gemma3n",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, PostAttentionNorm, FfnPreNorm, PostFfwNorm, FfnUp,
        FfnGate, FfnDown, AttnQNorm, AttnKNorm, PerLayerTokenEmbd, PerLayerModelProj, PerLayerProjNorm, AltupProj, AltupUnembdProj, InpGate, Proj,
        PostNorm, AltupCorrectCoef, AltupCorrectScale, AltupPredictCoef, AltupRouter, AltupRouterNorm, LaurelL, LaurelR, LaurelPostNorm,
    ]);

    private static readonly string[] Stacked = ["altup_unembed_projections", "altup_projections"];

    private readonly Dictionary<string, SortedDictionary<long, TensorSource>> _projections = new(StringComparer.Ordinal);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Gemma3n(ArchitectureContext context)
        : base(Gguf, context)
    {
        if (Config.RequireInteger("altup_num_inputs") != Versions)
        {
            throw new CheckpointException($"Cannot convert: 'altup_num_inputs' of config.json must be {Versions}.");
        }
    }

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.EndsWith("_scale", StringComparison.Ordinal) ? name + ".weight" : name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (tensor.Contains("embed_tokens.weight") || tensor.Contains("embed_tokens_per_layer"))
        {
            // Tokens of images and sounds have no embedding here.
            return Map(tensor.With(source => source.PaddedRows(VocabularySize ?? UsualVocabulary)));
        }

        return Stacked.FirstOrDefault(tensor.Contains) is { } name ? Stack(tensor, name, block) : base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("altup.active_idx", Config.Require("altup_active_idx"));
        writer.Count("altup.num_inputs", Versions);
        writer.Count("embedding_length_per_layer_input", Config.Require("hidden_size_per_layer_input"));
        writer.Count("attention.shared_kv_layers", Config.Require("num_kv_shared_layers"));
        _ = Config.Require("activation_sparsity_pattern");
        writer.Reals("activation_sparsity_scale", Config.Numbers("activation_sparsity_pattern").Select(share => NormalDistribution.Quantile((float)share)));
        _ = Config.Require("layer_types");
        writer.Flags("attention.sliding_window_pattern", Config.Texts("layer_types").Select(type => type == "sliding_attention"));
    }

    /// <inheritdoc/>
    protected override TensorSource Norm(TensorSource source) => source;

    /// <summary>The projections of all versions but the first, as one tensor once all are there.</summary>
    private IEnumerable<NamedTensor> Stack(NamedTensor tensor, string name, long? number)
    {
        if (number is not (>= 0 and < Versions - 1))
        {
            throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': AltUp has {Versions - 1} projections.");
        }

        if (!_projections.TryGetValue(name, out var projections))
        {
            _projections.Add(name, projections = []);
        }

        projections[number.Value] = tensor.Source;
        return projections.Count < Versions - 1
            ? []
            : Map(tensor.With(_ => Concatenation.Stack([.. projections.Values])) with { Name = $"model.{name}.weight" });
    }
}
