using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Llama 1 to 3, Mistral and Mixtral: rotary permutation of queries and keys, factors of Llama 3's long context, experts stacked.</summary>
[Family(
    "Llama, Mistral, Mixtral",
    "LlamaForCausalLM", "LLaMAForCausalLM", "LlamaModel", "MistralForCausalLM", "MixtralForCausalLM", "IQuestCoderForCausalLM", "VLlama3ForCausalLM",
    "LlavaForConditionalGeneration", "VoxtralForConditionalGeneration",
    Special = "rotary permutation, llama3 rope factors, experts stacked", IsOftenCopied = true)]
internal class Llama : ModelArchitecture
{
    private static readonly GgufArchitecture Gguf = new("llama",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps,
        FfnGate, FfnGateExps, FfnDown, FfnDownExps, RopeFreqs,
    ]);

    private readonly ExpertStacks _experts;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Llama(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Llama(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
        _experts = Checked(new ExpertStacks("model.layers.{bid}.block_sparse_moe.experts.{xid}.{part}.weight", "w1", "w2", "w3")
        {
            StackPattern = "layers.{bid}.feed_forward.experts.{part}.weight",
        });
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer =>
        Context.RootName == "GlmasrModel" ? TokenizerRequest.ForGlm4(VocabularySize) : TokenizerRequest.ForLlama(VocabularySize);

    /// <summary>Whether queries and keys are in Hugging Face's order.</summary>
    protected virtual bool IsPermuted => true;

    /// <summary>Whether the key vocab_size is written with the hyperparameters.</summary>
    protected virtual bool HasVocabularySize => true;

    /// <summary>The dimensions of a head: head_dim, or what the heads share of hidden_size.</summary>
    protected long HeadDim => Config.Integer("head_dim") ?? SharedDim;

    /// <summary>The number of key heads; null if it is that of the heads.</summary>
    /// <exception cref="CheckpointException">The configuration does not say.</exception>
    protected virtual long? KeyHeads => Config.Require("n_kv_heads", "num_key_value_heads")?.Integer;

    private long SharedDim => Heads > 0 ? Config.RequireInteger("hidden_size") / Heads : throw NoHeads();

    private long Heads => Context.HuggingFaceName == "VLlama3ForCausalLM" && !Config.Contains("num_attention_heads")
        ? 32
        : Config.RequireInteger("n_heads", "num_attention_heads");

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

        tensor = IsPermuted ? PermuteQueryAndKey(tensor) : tensor;
        return tensor.Contains("block_sparse_moe.experts")
            ? MapAll(_experts.Take(tensor, block, Config.RequireInteger("num_local_experts")))
            : Map(tensor);
    }

    /// <inheritdoc/>
    public override TensorSource TransformRows(string name, TensorSource rows) =>
        IsPermuted && PermutedHeads(name) is { } heads ? new NamedTensor(name, rows).With(source => source.RotaryPermuted(heads)).Source : rows;

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (HasVocabularySize)
        {
            writer.Count("vocab_size", Config.RequireInteger("vocab_size"), "vocab_size");
        }

        writer.Count("rope.dimension_count", KeyConfig.Integer("head_dim") ?? SharedDim, "head_dim");
    }

    /// <summary>Undoes Hugging Face's order of the rows of queries and keys, in weights and biases.</summary>
    protected NamedTensor PermuteQueryAndKey(NamedTensor tensor) =>
        (tensor.EndsWith(".weight") || tensor.EndsWith(".bias"))
        && PermutedHeads(tensor.Name[..tensor.Name.LastIndexOf('.')] + ".weight") is { } heads
            ? tensor.With(source => source.RotaryPermuted(heads))
            : tensor;

    private static CheckpointException NoHeads() => new("Cannot convert: 'num_attention_heads' of config.json must be greater than 0.");

    /// <summary>The heads of a query or key projection, which is permuted; null for any other weight.</summary>
    private long? PermutedHeads(string name) => name.EndsWith("q_proj.weight", StringComparison.Ordinal)
        ? Heads
        : name.EndsWith("k_proj.weight", StringComparison.Ordinal) ? KeyHeads ?? Heads : null;
}
