using GGUFPacker.Conversion.Checkpoints;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>EXAONE 4.5, the text part: EXAONE 4 with layers that predict further tokens, which may share their weights.</summary>
[Family("EXAONE 4.5", "Exaone4_5_ForConditionalGeneration", Special = "text part only; as EXAONE 4; prediction layers kept")]
internal sealed class Exaone45(ArchitectureContext context) : Exaone4(context)
{
    private static readonly Dictionary<string, TensorKind> SharedKinds = new(StringComparer.Ordinal)
    {
        ["mtp.fc"] = NextnEhProj,
        ["mtp.pre_fc_norm_embedding"] = NextnEnorm,
        ["mtp.pre_fc_norm_hidden"] = NextnHnorm,
        ["mtp.norm"] = NextnSharedHeadNorm,
    };

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + PredictionCount;

    private long PredictionCount => Math.Max(0, Config.IntegerOr(0, "num_nextn_predict_layers"));

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block)
    {
        if (!tensor.Name.StartsWith("mtp.", StringComparison.Ordinal))
        {
            return base.Convert(tensor, block);
        }

        if (!tensor.Contains(".layers."))
        {
            var dot = tensor.Name.LastIndexOf('.');
            return SharedKinds.TryGetValue(tensor.Name[..dot], out var kind)
                ? MapAll(Layers().Select(layer => tensor with { Name = kind.NameOf(layer, tensor.Name[dot..]) }))
                : [];
        }

        var number = block ?? 0;
        if (PredictionCount == 0)
        {
            return [];
        }

        var layers = Config.IsTrue("mtp_share_layers") ? Layers() : [LayerCount + number];
        return MapAll(layers.Select(layer => tensor.Renamed($"mtp.layers.{number}", $"model.layers.{layer}")));
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (PredictionCount > 0)
        {
            writer.Count("nextn_predict_layers", PredictionCount, "num_nextn_predict_layers");
        }
    }

    private IEnumerable<long> Layers() => Enumerable.Range(0, checked((int)PredictionCount)).Select(number => LayerCount + number);
}
