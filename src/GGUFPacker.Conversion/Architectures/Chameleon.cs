using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>Chameleon: Llama's rotary permutation, of the norms of queries and keys too; the tokenizer of images is left out.</summary>
[Family("Chameleon", "ChameleonForConditionalGeneration", "ChameleonForCausalLM", Special = "rotary permutation, of norms too")]
internal sealed class Chameleon(ArchitectureContext context) : ModelArchitecture(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("chameleon",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown, AttnQNorm, AttnKNorm,
    ]);

    private long Heads => Config.RequireInteger("num_attention_heads");

    private long KeyValueHeads => Config.Integer("num_key_value_heads") ?? Heads;

    /// <inheritdoc/>
    public override string? Select(string name) => name.StartsWith("model.vqmodel", StringComparison.Ordinal) ? null : base.Select(name);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var stem = tensor.Name[..Math.Max(tensor.Name.LastIndexOf('.'), 0)];
        return Map(!tensor.EndsWith(".weight") && !tensor.EndsWith(".bias") ? tensor
            : stem.EndsWith("q_proj", StringComparison.Ordinal) ? tensor.With(source => source.RotaryPermuted(Heads))
            : stem.EndsWith("k_proj", StringComparison.Ordinal) ? tensor.With(source => source.RotaryPermuted(KeyValueHeads))
            : stem.EndsWith("q_norm", StringComparison.Ordinal) ? tensor.With(source => PermutedNorm(source, Heads))
            : stem.EndsWith("k_norm", StringComparison.Ordinal) ? tensor.With(source => PermutedNorm(source, KeyValueHeads))
            : tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Flag("swin_norm", Config.IsTrue("swin_norm"));
    }

    /// <summary>The first head's norm in llama.cpp's order, for every head: the checkpoint repeats it.</summary>
    private TensorSource PermutedNorm(TensorSource source, long heads)
    {
        if (heads is <= 0 or > 1 << 16 || source.Shape.Length < 2)
        {
            throw new ArgumentException($"Its shape [{string.Join(", ", source.Shape)}] has no {heads} heads.");
        }

        var headDim = Config.RequireInteger("hidden_size") / heads;
        var row = source.Sliced(0, 0, 1).Reshaped(2, headDim / 2).Transposed().Reshaped(1, headDim);
        return Concatenation.Join([.. Enumerable.Repeat(row, (int)heads)]);
    }
}
