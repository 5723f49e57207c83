namespace GGUFPacker.Conversion.Architectures;

/// <summary>Relatives of DeepSeek V2 whose layers that predict further tokens are kept, behind the model's own.</summary>
internal abstract class DeepseekPrediction : Deepseek2
{
    private readonly AppendedPrediction _prediction;

    /// <summary>Creates the converter of a checkpoint.</summary>
    protected DeepseekPrediction(GgufArchitecture? definition, ArchitectureContext context)
        : base(definition, context) => _prediction = new AppendedPrediction(context.Options.TokenPrediction, LayerCount);

    /// <summary>The number of layers that predict further tokens, as config.json says.</summary>
    protected long PredictionLayers => Config.Integer("num_nextn_predict_layers") ?? 0;

    /// <inheritdoc/>
    protected override bool SkipsPrediction => false;

    /// <inheritdoc/>
    protected override long BlockCount => LayerCount + (Context.Options.TokenPrediction == TokenPrediction.Excluded ? 0 : PredictionLayers);

    /// <inheritdoc/>
    public override string? Select(string name) => base.Select(name) is { } selected ? _prediction.Select(selected) : null;

    /// <summary>Writes the number of layers that predict further tokens, if config.json has it and they are wanted.</summary>
    protected void WritePrediction(ParameterWriter writer)
    {
        if (Context.Options.TokenPrediction != TokenPrediction.Excluded)
        {
            writer.Count("nextn_predict_layers", Config.Find("num_nextn_predict_layers"));
        }
    }

    /// <summary>Writes the sizes of the indexer of sparse attention.</summary>
    protected void WriteIndexer(ParameterWriter writer)
    {
        writer.Count("attention.indexer.head_count", Config.Require("index_n_heads"));
        writer.Count("attention.indexer.key_length", Config.Require("index_head_dim"));
        writer.Count("attention.indexer.top_k", Config.Require("index_topk"));
    }
}
