using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Refact: ALiBi, one key-value head, gates and ways up in one matrix.</summary>
[Family("Refact", "GPTRefactForCausalLM", Special = "fused projections split")]
internal sealed class Refact(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("refact",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForRefact(VocabularySize);

    private long Size => Config.RequireInteger("n_embd");

    // Two thirds of four times the size, up to a multiple of 256.
    private long FeedForward => checked(((4 * Size * 2 / 3) + 255) / 256 * 256);

    private long HeadDim => Config.RequireInteger("n_head") is > 0 and var heads
        ? Size / heads
        : throw new Checkpoints.CheckpointException("Cannot convert: 'n_head' of config.json must be greater than 0.");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        tensor.EndsWith(".attn.kv.weight") ? Halves(tensor, HeadDim, AttnK, AttnV, block)
        : tensor.EndsWith(".attn.q.weight") ? Map(tensor with { Name = AttnQ.NameOf(block) })
        : tensor.EndsWith(".mlp.gate_up_proj.weight") ? Halves(tensor, FeedForward, FfnGate, FfnUp, block)
        : Map(tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        writer.Count("context_length", Config.Require("n_positions"));
        writer.Count("embedding_length", Size, "n_embd");
        writer.Count("feed_forward_length", FeedForward, "n_embd");
        writer.Count("block_count", BlockCount, "n_layer");
        writer.Count("attention.head_count", Config.Require("n_head"));
        writer.Count("attention.head_count_kv", 1);
        writer.Real("attention.layer_norm_rms_epsilon", Config.Require("layer_norm_epsilon"));
        writer.FileType();
    }

    private IEnumerable<NamedTensor> Halves(NamedTensor tensor, long rows, TensorKind first, TensorKind second, long? block) => MapAll(
    [
        tensor.With(source => source.Sliced(0, 0, rows)) with { Name = first.NameOf(block) },
        tensor.With(source => source.Sliced(0, rows, source.Shape[0] - rows)) with { Name = second.NameOf(block) },
    ]);
}
