using System.Globalization;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Granite with adapters inside, which a token of its own switches to: the adapters of a matrix are stacked behind one of zeros, which changes nothing. One
/// layer of config.json is the switch, which has no weights.
/// </summary>
[Family("Granite with adapters inside", "GraniteSwitchForCausalLM", Special = "as Granite; rotary permutation of fused parts, adapters stacked behind zeros")]
internal sealed class GraniteSwitch(ArchitectureContext context) : GraniteMoe(Gguf, context)
{
    private const double UsualGain = 15;

    private static readonly GgufArchitecture Gguf = new("graniteswitch",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnUp, FfnGate, FfnDown,
    ]);

    private static readonly string[] Buffers = ["adapter_token_ids", "control_to_substitute_lut"];

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount - 1;

    private long Heads => Config.RequireInteger("num_attention_heads");

    private long KeyValueHeads => Config.RequireInteger("num_key_value_heads");

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        var last = tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..];
        if (tensor.Name.StartsWith("model.switch.", StringComparison.Ordinal) || tensor.Name.StartsWith("switch.", StringComparison.Ordinal)
            || Buffers.Contains(last) || tensor.Name == "lm_head.weight")
        {
            return [];
        }

        if (tensor.Contains("self_attn.qkv_proj"))
        {
            return tensor.EndsWith("base_layer.weight")
                ? [tensor.With(PermutedQueryKeyValue) with { Name = AttnQkv.NameOf(block) }]
                : [Slice(tensor, block, (AttnQ, Heads), (AttnK, KeyValueHeads), (AttnV, null))];
        }

        if (tensor.Contains("shared_mlp.input_linear"))
        {
            var size = Config.RequireInteger("shared_intermediate_size");
            return tensor.EndsWith("base_layer.weight")
                ?
                [
                    tensor.With(source => source.Split(0, size, size)[0]) with { Name = FfnGate.NameOf(block) },
                    tensor.With(source => source.Split(0, size, size)[1]) with { Name = FfnUp.NameOf(block) },
                ]
                : [Slice(tensor, block, (FfnGate, null), (FfnUp, null))];
        }

        return tensor.Contains("self_attn.o_proj") ? [Whole(tensor, block, AttnOutput)]
            : tensor.Contains("shared_mlp.output_linear") ? [Whole(tensor, block, FfnDown)]
            : block is not null && tensor.Contains(".layers.") && tensor.Contains("input_layernorm") ? [tensor with { Name = AttnNorm.NameOf(block) }]
            : block is not null && tensor.Contains(".layers.") && tensor.Contains("post_attention_layernorm") ? [tensor with { Name = FfnNorm.NameOf(block) }]
            : tensor.Name is "model.embed_tokens.weight" or "embed_tokens.weight" ? [tensor with { Name = TokenEmbd.NameOf(null) }]
            : tensor.Name is "model.norm.weight" or "norm.weight" ? [tensor with { Name = OutputNorm.NameOf(null) }]
            : throw Unknown(tensor);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (!Config.IsTrue("num_local_experts"))
        {
            writer.Count("expert_used_count", 0);
        }

        writer.Count("adapters.count", Config.Require("num_adapters"));
        writer.Count("adapters.lora_rank", Config.Require("max_lora_rank"));
        _ = (Config.Require("adapter_token_ids"), Config.Require("adapter_substitute_token_ids"));
        writer.Counts("adapters.token_ids_activate", Config.Integers("adapter_token_ids"), "adapter_token_ids");
        writer.Counts("adapters.token_ids_substitute", Config.Integers("adapter_substitute_token_ids"), "adapter_substitute_token_ids");
        writer.Real("adapters.router_gain", Config.Number("control_token_gain") ?? UsualGain);
    }

    private static TensorSource BehindZeros(TensorSource source) =>
        Concatenation.Join([new ZeroTensor(source.Type, source.Shape.SetItem(0, 1)), source]);

    private static TensorSource WithoutSecond(TensorSource source) =>
        source.Shape is [_, 1, ..] ? source.Reshaped([source.Shape[0], .. source.Shape.Skip(2)]) : source;

    private CheckpointException Unknown(NamedTensor tensor) =>
        new($"Cannot convert the tensor '{tensor.Name}': the architecture {HuggingFaceName} has none of this name.");

    /// <summary>A part of a fused matrix' adapter, which is told by the number at the end of its name.</summary>
    private NamedTensor Slice(NamedTensor tensor, long? block, params (TensorKind Kind, long? Heads)[] parts)
    {
        var dot = tensor.Name.LastIndexOf('.');
        if (!int.TryParse(tensor.Name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number >= parts.Length)
        {
            throw Unknown(tensor);
        }

        var (kind, heads) = parts[number];
        return tensor.Contains("lora_A_slices.") ? tensor.With(source => BehindZeros(WithoutSecond(source))) with { Name = kind.NameOf(block, ".lora_a") }
            : tensor.Contains("lora_B_slices.") ? tensor.With(source => Permuted(WithoutSecond(source), heads)) with { Name = kind.NameOf(block, ".lora_b") }
            : throw Unknown(tensor);
    }

    /// <summary>A matrix that is not fused, or its adapter.</summary>
    private NamedTensor Whole(NamedTensor tensor, long? block, TensorKind kind) =>
        tensor.EndsWith("base_layer.weight") ? tensor with { Name = kind.NameOf(block) }
        : tensor.EndsWith("lora_A") ? tensor.With(source => BehindZeros(WithoutSecond(source))) with { Name = kind.NameOf(block, ".lora_a") }
        : tensor.EndsWith("lora_B") ? tensor.With(source => BehindZeros(WithoutSecond(source))) with { Name = kind.NameOf(block, ".lora_b") }
        : throw Unknown(tensor);

    /// <summary>The adapters' outputs follow the order of the rows that they change.</summary>
    private TensorSource Permuted(TensorSource source, long? heads) => BehindZeros(heads is not { } count
        ? source
        : Concatenation.Stack(
        [
            .. Enumerable.Range(0, checked((int)source.Shape[0]))
                .Select(adapter => source.Sliced(0, adapter, 1).Reshaped([.. source.Shape.Skip(1)]).RotaryPermuted(count)),
        ]));

    private TensorSource PermutedQueryKeyValue(TensorSource source)
    {
        var head = Config.IntegerOr(Config.IntegerOr(RopeHead.Shared(Config), "head_dim"), "projection_head_dim");
        var parts = source.Split(0, Heads * head, KeyValueHeads * head, KeyValueHeads * head);
        return Concatenation.Join([parts[0].RotaryPermuted(Heads), parts[1].RotaryPermuted(KeyValueHeads), parts[2]]);
    }
}
