namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>A vocabulary of whole words.</summary>
internal sealed class WordLevelModel(TokenizerJson definition) : SubwordModel
{
    private readonly int? _unknownId = UnknownId(definition);

    /// <inheritdoc/>
    public override void Encode(string text, List<int> ids)
    {
        if (definition.Vocabulary.TryGetValue(text, out var id))
        {
            ids.Add(id);
        }
        else if (_unknownId is { } unknown)
        {
            ids.Add(unknown);
        }
    }
}
