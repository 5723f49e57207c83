namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>
/// WordPiece: the longest token that a word begins with, then the longest one that goes on with it, and so on; a word that gets stuck is unknown.
/// </summary>
internal sealed class WordPieceModel(TokenizerJson definition, WorkLimit limit) : SubwordModel
{
    private readonly int? _unknownId = UnknownId(definition);
    private readonly string _prefix = definition.ContinuingSubwordPrefix ?? "##";
    private readonly int _longest = definition.Vocabulary.Keys.Select(token => token.Length).DefaultIfEmpty().Max();

    /// <inheritdoc/>
    public override void Encode(string text, List<int> ids)
    {
        var count = ids.Count;
        if (text.EnumerateRunes().Count() > definition.MaximumWordLength || !TryEncode(text, ids))
        {
            ids.RemoveRange(count, ids.Count - count);
            if (_unknownId is { } unknown)
            {
                ids.Add(unknown);
            }
        }
    }

    private bool TryEncode(string text, List<int> ids)
    {
        var tokens = definition.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var start = 0; start < text.Length;)
        {
            var prefix = start == 0 ? "" : _prefix;
            var end = Math.Min(text.Length, start + Math.Max(0, _longest - prefix.Length));
            var id = -1;
            while (end > start && !tokens.TryGetValue(string.Concat(prefix, text.AsSpan(start..end)), out id))
            {
                limit.Spend(end - start);
                end--;
                id = -1;
            }

            if (id < 0)
            {
                return false;
            }

            ids.Add(id);
            start = end;
        }

        return true;
    }
}
