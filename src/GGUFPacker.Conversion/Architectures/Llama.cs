using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Llama 1 to 3, Mistral and Mixtral: rotary permutation of queries and keys, factors of Llama 3's long context, experts stacked.</summary>
internal sealed class Llama : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("llama",
    [
        TokenEmbd, OutputNorm, Output, RopeFreqs, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd,
        FfnGateInp, FfnNorm, FfnGate, FfnDown, FfnUp, FfnGateExps, FfnDownExps, FfnUpExps,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Llama(ArchitectureContext context)
        : base(Gguf, context)
    {
        if (Config.Contains("draft_vocab_size") && BlockCount == 1)
        {
            throw CheckpointException.NotSupported("an EAGLE-3 draft model", "Convert the target model alone.");
        }

        _experts = new ExpertStacks(["w1", "w2", "w3"], (block, expert, part) => $"model.layers.{block}.block_sparse_moe.experts.{expert}.{part}.weight");
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForLlama(VocabularySize);

    private long HeadDim => Config["head_dim"] is { } headDim
        ? new ConfigValue("head_dim", headDim).Integer
        : Config.RequireInteger("num_attention_heads") is > 0 and var heads
            ? Config.RequireInteger("hidden_size") / heads
            : throw new CheckpointException("Cannot convert: 'num_attention_heads' of config.json must be greater than 0.");

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name.Replace("text_model.", "", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors() =>
        Llama3RopeFactors.Of(Rope.Full, () => HeadDim) is { } factors ? [new NamedTensor(RopeFreqs.NameOf(null), new ConstantTensor(factors))] : [];

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (Context.HuggingFaceName == "LlamaModel")
        {
            tensor = tensor with { Name = "model." + tensor.Name };
        }

        if ((tensor.Name.EndsWith(".weight", StringComparison.Ordinal) || tensor.Name.EndsWith(".bias", StringComparison.Ordinal))
            && PermutedHeads(tensor.Name[..tensor.Name.LastIndexOf('.')] + ".weight") is { } heads)
        {
            tensor = Transform(tensor, source => RotaryPermutation.Of(source, heads));
        }

        return tensor.Name.Contains("block_sparse_moe.experts", StringComparison.Ordinal) && block is { } layer
            ? _experts.Take(tensor, layer, Config.RequireInteger("num_local_experts")).SelectMany(stack =>
                Map(stack with { Name = $"layers.{layer}.feed_forward.experts.{stack.Name}.weight" }))
            : Map(tensor);
    }

    /// <inheritdoc/>
    public override TensorSource TransformRows(string name, TensorSource rows) => PermutedHeads(name) is { } heads ? RotaryPermutation.Of(rows, heads) : rows;

    /// <inheritdoc/>
    public override void Complete()
    {
        base.Complete();
        _experts.Complete();
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer, Action writeFileType)
    {
        base.WriteParameters(writer, writeFileType);
        writer.Count("vocab_size", Config.RequireInteger("vocab_size"), "vocab_size");
        writer.Count("rope.dimension_count", HeadDim, "head_dim");
    }

    /// <summary>The heads of a query or key projection, which is permuted; null for any other weight.</summary>
    private long? PermutedHeads(string name)
    {
        if (name.EndsWith("q_proj.weight", StringComparison.Ordinal))
        {
            return Config.RequireInteger("n_heads", "num_attention_heads");
        }

        return name.EndsWith("k_proj.weight", StringComparison.Ordinal)
            ? Config.Require("n_kv_heads", "num_key_value_heads")?.Integer ?? Config.RequireInteger("n_heads", "num_attention_heads")
            : null;
    }
}
