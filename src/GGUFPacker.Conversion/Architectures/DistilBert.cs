namespace GGUFPacker.Conversion.Architectures;

/// <summary>DistilBERT: BERT with half the layers and without token types.</summary>
[Family("DistilBERT", "DistilBertModel", "DistilBertForMaskedLM", "DistilBertForSequenceClassification", Special = "as BERT; heads of the training left out")]
internal sealed class DistilBert(ArchitectureContext context) : Bert(null, context)
{
    /// <inheritdoc/>
    public override string? Select(string name)
    {
        name = Without(name, "distilbert.");
        return name.StartsWith("vocab_", StringComparison.Ordinal) ? null : base.Select(name);
    }

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        // config.json does not have it.
        writer.Real("attention.layer_norm_epsilon", 1e-12);
        base.WriteParameters(writer);
    }
}
