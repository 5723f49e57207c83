using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>RWKV 6 (Finch): no attention; low-rank matrices are transposed, the weights that mix with the last token become one tensor.</summary>
[Family("RWKV 6", "Rwkv6ForCausalLM", Special = "low-rank matrices transposed, mixing weights joined, output rescaled")]
internal class Rwkv6 : ModelArchitecture
{
    private const long AnyContext = 1 << 20;

    private static readonly string[] MixedParts = ["w", "k", "v", "r", "g"];

    private static readonly GgufArchitecture Gguf = new("rwkv6",
    [
        TokenEmbd, TokenEmbdNorm, Output, OutputNorm, AttnNorm, AttnNorm2, TimeMixW1, TimeMixW2, TimeMixLerpX, TimeMixLerpK, TimeMixLerpV,
        TimeMixLerpR, TimeMixLerpG, TimeMixLerpW, TimeMixFirst, TimeMixDecay, TimeMixDecayW1, TimeMixDecayW2, TimeMixKey, TimeMixValue,
        TimeMixReceptance, TimeMixGate, TimeMixLn, TimeMixOutput, ChannelMixLerpK, ChannelMixLerpR, ChannelMixKey, ChannelMixReceptance,
        ChannelMixValue, TimeMixLerpFused,
    ]);

    private readonly Dictionary<string, TensorSource> _mixing = new(StringComparer.Ordinal);

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Rwkv6(ArchitectureContext context)
        : this(Gguf, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Rwkv6(GgufArchitecture definition, ArchitectureContext context)
        : base(definition, context)
    {
    }

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForRwkvWorld(VocabularySize);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        tensor = tensor with { Name = MapName(tensor.Name) };
        tensor = tensor.EndsWith(".weight") || tensor.EndsWith(".bias") ? tensor : tensor with { Name = tensor.Name + ".weight" };
        tensor = tensor.EndsWith("time_mix_w1.weight") || tensor.EndsWith("time_mix_decay_w1.weight") || tensor.EndsWith("time_mix_decay_w2.weight")
            ? tensor.With(source => source.Permuted(1, 0))
            : tensor.EndsWith("time_mix_w2.weight") ? tensor.With(source => source.Permuted(0, 2, 1))
            : tensor.EndsWith("time_mix_decay.weight") || tensor.Contains("lerp") ? tensor.With(source => source.Squeezed())
            : tensor;
        if (Config.Integer("rescale_every") is > 0 and var interval && block is { } layer
            && (tensor.EndsWith("time_mix_output.weight") || tensor.EndsWith("channel_mix_value.weight")))
        {
            tensor = tensor.With(source => source.Times(Math.Pow(2, -(layer / interval))));
        }

        return block is { } number && tensor.Contains("time_mix_lerp") && !tensor.Contains("time_mix_lerp_x") ? Mixing(tensor, number) : [tensor];
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        base.Complete();
        if (_mixing.Count > 0)
        {
            throw new CheckpointException($"Cannot join the weights that mix with the last token: {string.Join(", ", _mixing.Keys.Take(5))} stayed alone.");
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        var size = Config.RequireInteger("hidden_size");
        var isLarge = size == 4096;
        writer.Count("context_length", AnyContext, "context");
        writer.Count("embedding_length", size, "hidden_size");
        writer.Count("block_count", BlockCount, "num_hidden_layers");
        writer.Real("attention.layer_norm_epsilon", Config.Require("layer_norm_epsilon"));
        writer.Count("rescale_every_n_layers", Config.Require("rescale_every"));
        writer.Count("wkv.head_size", Config.Require("head_size"));
        writer.Count("time_mix_extra_dim", isLarge ? 64 : 32, "hidden_size");
        writer.Count("time_decay_extra_dim", isLarge ? 128 : 64, "hidden_size");
        writer.Count("feed_forward_length", Config.Require("intermediate_size")?.Integer ?? (long)(size * 3.5) / 32 * 32, "intermediate_size");
        writer.FileType();
        writer.Count("attention.head_count", 0, "head_count");
    }

    /// <summary>The weights of a layer, one after the other, once all are there.</summary>
    private IEnumerable<NamedTensor> Mixing(NamedTensor tensor, long block)
    {
        _mixing[tensor.Name] = tensor.Source;
        var names = MixedParts.Select(part => $"blk.{block}.time_mix_lerp_{part}.weight").ToList();
        if (!names.All(_mixing.ContainsKey))
        {
            return [];
        }

        var sources = names.Select(name => _mixing[name]).ToList();
        names.ForEach(name => _mixing.Remove(name));
        return [tensor.With(_ => Concatenation.Stack(sources).Reshaped(sources.Count, 1, 1, -1)) with { Name = TimeMixLerpFused.NameOf(block) }];
    }
}
