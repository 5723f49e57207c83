using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>LFM2 as an embedding model (ColBERT and others): pooling, a dense layer if there is one.</summary>
[Family("LFM2 embeddings", "Lfm2Model", "Lfm2BidirectionalModel", Special = "as LFM2; pooling, dense layer")]
internal sealed class Lfm2Embedding(ArchitectureContext context) : Lfm2(context)
{
    private const string DenseFile = "1_Dense/model.safetensors";

    private long? _denseRows;

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> GenerateTensors()
    {
        if (!Context.Files.Exists(DenseFile))
        {
            return [];
        }

        var matrix = Context.Weights.OpenBeside(Context.Files, DenseFile).Open("linear.weight");
        _denseRows = matrix.Shape[0];
        return [new NamedTensor("dense_2.weight", matrix)];
    }

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) => base.Convert(
        tensor.Name.StartsWith("dense_2", StringComparison.Ordinal) ? tensor : tensor with { Name = "model." + tensor.Name }, block);

    /// <inheritdoc/>
    public override void WriteEarlyParameters(ParameterWriter writer)
    {
        if (_denseRows is { } rows)
        {
            writer.Count("embedding_length_out", rows);
        }
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        if (Context.HuggingFaceName == "Lfm2BidirectionalModel")
        {
            writer.Flag("attention.causal", false);
        }

        Pooling.Write(writer, Context.Files);
    }
}
