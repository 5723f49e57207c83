using System.Globalization;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>BERT: embedding models and classifiers. The pooler and the heads of its training are left out.</summary>
[Family("BERT", "BertModel", "BertForMaskedLM", "BertForSequenceClassification", "CamembertModel",
    Special = "pooling, classifier labels, pooler left out, not causal")]
internal class Bert : ModelArchitecture
{
    /// <summary>BERT's own architecture.</summary>
    protected static readonly GgufArchitecture Plain = new("bert",
    [
        TokenEmbd, TokenTypes, TokenEmbdNorm, PositionEmbd, OutputNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnOutputNorm, FfnUp, FfnDown,
        LayerOutputNorm, Cls, ClsOutput,
    ]);

    private readonly IReadOnlyList<string> _labels;

    /// <summary>Creates the converter of a checkpoint.</summary>
    public Bert(ArchitectureContext context)
        : this(Plain, context)
    {
    }

    /// <summary>Creates the converter of a checkpoint of a relative.</summary>
    protected Bert(GgufArchitecture? definition, ArchitectureContext context)
        : base(definition ?? Plain, context) => _labels = Labels();

    /// <inheritdoc/>
    public override TokenizerRequest Tokenizer => TokenizerRequest.ForBert(VocabularySize, TokenTypeCount);

    /// <summary>type_vocab_size.</summary>
    protected uint TokenTypeCount => Config.Integer("type_vocab_size") is { } count
        ? count is >= 0 and <= uint.MaxValue ? (uint)count : throw new CheckpointException($"Cannot convert: 'type_vocab_size' of config.json is {count}.")
        : 1;

    /// <inheritdoc/>
    public override string? Select(string name)
    {
        name = Without(name, "bert.");
        name = name.EndsWith(".gamma", StringComparison.Ordinal) ? name[..^".gamma".Length] + ".weight" : name;
        name = name.EndsWith(".beta", StringComparison.Ordinal) ? name[..^".beta".Length] + ".bias" : name;
        return name is "embeddings.position_ids" or "pooler.dense.weight" or "pooler.dense.bias"
            || name.StartsWith("cls.predictions", StringComparison.Ordinal) || name.StartsWith("cls.seq_relationship", StringComparison.Ordinal)
                ? null
                : base.Select(name);
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => Map(
        _labels.Count > 0 && tensor.Name is "classifier.weight" or "classifier.bias"
        ? tensor.Renamed("classifier.", "classifier.out_proj.")
        : tensor);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Flag("attention.causal", false);
        Pooling.Write(writer, Context.Files);
        writer.Texts("classifier.output_labels", _labels);
    }

    /// <summary>A name without its beginning, if it begins so.</summary>
    protected static string Without(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;

    /// <summary>The names of the classes, by their numbers. The two that transformers invents for every model count as none.</summary>
    private List<string> Labels()
    {
        if (Config["id2label"] is not { ValueKind: JsonValueKind.Object } json)
        {
            return [];
        }

        var labels = json.EnumerateObject()
            .Select(label => (Id: int.TryParse(label.Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? id : 0, label.Value))
            .OrderBy(label => label.Id)
            .ToList();
        return labels is [(0, { ValueKind: JsonValueKind.String } first), _] && first.GetString() == "LABEL_0"
            ? []
            : [.. labels.Select(label => new ConfigValue("id2label", label.Value).Text)];
    }
}
