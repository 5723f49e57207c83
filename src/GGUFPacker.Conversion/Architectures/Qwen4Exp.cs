using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Qwen3.8-Flash-Next, the text part: Qwen3.5 with hyper-connections in the place of norms, an indexer in layers with full attention, and embeddings of
/// sequences of tokens, which are found by hashes. Layers that predict further tokens are left out.
/// </summary>
[Family("Qwen3.8-Flash-Next", "Qwen4ExpForConditionalGeneration", "Qwen4ExpForCausalLM",
    Special = "as Qwen3.5; embeddings of token sequences joined, hash constants as keys, indexer projections split")]
internal sealed class Qwen4Exp : Qwen35
{
    private const string ShardMark = ".ngram_embedding.shard_";

    private static readonly TensorKind QueryNorm = new(IndexerQNorm.Name, "model.layers.{bid}.self_attn.indexer.q_layernorm");
    private static readonly TensorKind KeyNorm = new(IndexerKNorm.Name, "model.layers.{bid}.self_attn.indexer.k_layernorm");

    private static readonly GgufArchitecture Gguf = new("qwen4exp",
    [
        TokenEmbd, Output, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnGate, FfnGateInp, FfnGateInpShexp, FfnUpExps, FfnUpShexp, FfnGateExps,
        FfnGateShexp, FfnGateUpExps, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, PerLayerTokenEmbd, SsmConv1d, SsmDt, SsmA, SsmNorm, SsmOut,
        SsmAlpha, SsmBeta, KeyNorm, IndexerQProj, IndexerKProj, QueryNorm, HcHeadNorm, HcHeadDown, HcHeadUp, HcAttnNorm, HcAttnDown, HcAttnUp,
        HcAttnInject, HcFfnNorm, HcFfnDown, HcFfnUp, HcFfnInject, PleKey, PleValue, PleNormKey, PleNormQuery, PleNormConv, PleConv1d,
    ]);

    private static readonly string[] ShiftedNorms =
    [
        ".ple.norm_key.weight", ".ple.norm_query.weight", ".ple.norm_conv.weight", ".indexer.q_layernorm.weight", ".indexer.k_layernorm.weight",
    ];

    // The constants of the hashes with their keys, in the order in which these are written.
    private static readonly (string Name, string Key)[] Constants =
    [
        ("ple_embedding.layer_multipliers", "ple.layer_multipliers"), ("ple_embedding.ngram_heads_offsets", "ple.head_offsets"),
        ("ple_embedding.ngram_heads_vocab_sizes", "ple.head_vocab_sizes"),
    ];

    private readonly Dictionary<string, ulong[]> _constants = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, TensorSource> _shards = [];

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Qwen4Exp(ArchitectureContext context)
        : base(Gguf, context with { Options = context.Options with { TokenPrediction = TokenPrediction.Excluded } })
    {
    }

    /// <inheritdoc/>
    public override bool NamesPrediction => false;

    private long ShardCount => Config.Integer("split_ngram_parts") ?? 0;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (Constants.FirstOrDefault(constant => tensor.EndsWith(constant.Name)) is { Key: { } key })
        {
            _constants[key] = ReadConstants(tensor);
            return [];
        }

        if (tensor.Contains(ShardMark))
        {
            return TakeShard(tensor);
        }

        if (tensor.Contains(".indexer.index_qk_proj.weight"))
        {
            var rows = Config.RequireInteger("indexer_n_heads") * Config.RequireInteger("indexer_head_dim");
            return
            [
                tensor.With(source => source.Sliced(0, 0, rows)) with { Name = IndexerQProj.NameOf(block) },
                tensor.With(source => source.Sliced(0, rows, source.Shape[0] - rows)) with { Name = IndexerKProj.NameOf(block) },
            ];
        }

        return ShiftedNorms.Any(tensor.EndsWith) ? Map(tensor.With(source => source.PlusOne()))
            : tensor.EndsWith(".ple.conv1d.weight") ? Map(tensor.With(source => source.Squeezed()))
            : base.Convert(tensor, block);
    }

    /// <inheritdoc/>
    public override void Complete()
    {
        base.Complete();
        if (_shards.Count > 0 && _shards.Count != ShardCount)
        {
            throw new CheckpointException($"Cannot convert: the checkpoint has {_shards.Count} parts of its embeddings of token sequences, not {ShardCount}.");
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("hyper_connection.count", Config.Require("hc_count"));
        writer.Count("hyper_connection.low_rank", Config.Require("hc_lowrank"));
        writer.Count("attention.indexer.head_count", Config.Require("indexer_n_heads"));
        writer.Count("attention.indexer.key_length", Config.Require("indexer_head_dim"));
        writer.Count("attention.indexer.top_k", Config.Require("indexer_budget"));
        var ratio = Config.RequireInteger("indexer_compress_ratio");
        _ = Config.Require("layer_types");
        var types = Config.Texts("layer_types").Take(checked((int)LayerCount));
        writer.Counts("attention.compress_ratios", types.Select(type => type == "full_attention" ? ratio : 0), "indexer_compress_ratio");

        _ = Config.Require("ple_layer_ids");
        var layers = Config.Integers("ple_layer_ids");
        if (layers.Count == 0)
        {
            return;
        }

        writer.Counts("ple.layers", layers.Select(layer => layer - 1), "ple_layer_ids");
        writer.Count("ple.ngram_size", Config.Require("ngram_size"));
        writer.Count("ple.heads_per_ngram", Config.Require("heads_per_ngram"));
        writer.Count("ple.conv_kernel", Config.Require("ple_conv_kernel_size"));
        writer.Count("ple.eos_token_id", EndOfText(), "eos_token_id");
        writer.Count("ple.image_token_id", Config.Find("image_token_id"));
        if (_shards.Count > 0)
        {
            writer.Count("embedding_length_per_layer_input", _shards.Values.First().Shape[^1]);
        }

        foreach (var (name, key) in Constants)
        {
            writer.LargeNumbers(key, _constants.TryGetValue(key, out var numbers)
                ? numbers
                : throw new CheckpointException($"Cannot convert: the checkpoint has no tensor '{name}', a constant of its hashes."));
        }
    }

    /// <summary>As they are: float32, through which all else goes, could not hold them.</summary>
    private static ulong[] ReadConstants(NamedTensor tensor)
    {
        const int MaximumConstants = 1 << 16;
        if (tensor.Source.Type != ElementType.I64 || tensor.Source.Count > MaximumConstants)
        {
            throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': it must hold a few whole numbers of 64 bits.");
        }

        var numbers = new ulong[tensor.Source.Count];
        tensor.Source.Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    /// <summary>The parts of the embeddings, in the order of their numbers, as one tensor once all are there.</summary>
    private IEnumerable<NamedTensor> TakeShard(NamedTensor tensor)
    {
        var number = tensor.Name[(tensor.Name.LastIndexOf(ShardMark, StringComparison.Ordinal) + ShardMark.Length)..].Split('.')[0];
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || tensor.Source.Shape.Length != 2)
        {
            throw new CheckpointException($"Cannot convert the tensor '{tensor.Name}': it is no numbered part of a matrix.");
        }

        _shards[index] = tensor.Source;
        return _shards.Count < ShardCount
            ? []
            : [tensor.With(_ => Concatenation.Join([.. _shards.Values])) with { Name = PerLayerTokenEmbd.NameOf(null) }];
    }

    /// <summary>The hashes begin anew behind it; of several the last is meant.</summary>
    private long EndOfText() => Config["eos_token_id"] is { ValueKind: JsonValueKind.Array }
        ? Config.Integers("eos_token_id") is [.., var last] ? last : throw new CheckpointException("Cannot convert: 'eos_token_id' of config.json is empty.")
        : Config.RequireInteger("eos_token_id");
}
