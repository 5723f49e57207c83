namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>The model of a tokenizer.json, ready to use: it turns a piece of text into token ids.</summary>
internal abstract class SubwordModel
{
    /// <summary>Appends the ids of a piece of text, which is not empty.</summary>
    public abstract void Encode(string text, List<int> ids);

    /// <summary>The model of a tokenizer.</summary>
    /// <param name="definition">The tokenizer.</param>
    /// <param name="limit">What texts may cost.</param>
    /// <exception cref="TokenizerStepException">It is of an unknown type.</exception>
    /// <exception cref="Checkpoints.CheckpointException">A merge names a token that the vocabulary lacks.</exception>
    public static SubwordModel Create(TokenizerJson definition, WorkLimit limit) => definition.ModelType switch
    {
        "BPE" => new BpeModel(definition),
        "WordPiece" => new WordPieceModel(definition, limit),
        "WordLevel" => new WordLevelModel(definition),
        "Unigram" => new UnigramModel(definition, limit),
        _ => throw new TokenizerStepException($"A {definition.ModelType} model is not known."),
    };

    /// <summary>The id of the unknown token; null without one.</summary>
    protected static int? UnknownId(TokenizerJson definition) =>
        definition.UnknownToken is { } unknown && definition.Vocabulary.TryGetValue(unknown, out var id) ? id : null;

    /// <summary>The ids of a text's UTF-8 bytes (<c>&lt;0xNN&gt;</c>); null if one of them is no token.</summary>
    protected static List<int>? FindBytes(TokenizerJson definition, string text)
    {
        var ids = new List<int>();
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(text))
        {
            if (!definition.Vocabulary.TryGetValue($"<0x{value:X2}>", out var id))
            {
                return null;
            }

            ids.Add(id);
        }

        return ids;
    }
}
