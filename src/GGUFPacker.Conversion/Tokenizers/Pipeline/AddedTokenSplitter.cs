using GGUFPacker.Conversion.Tokenizers.Patterns;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>
/// Finds added tokens in a text: first those that are matched as they stand, in the text as it stands, then the others in the normalized rest.
/// The leftmost token wins, and among those that begin there the longest.
/// </summary>
internal sealed class AddedTokenSplitter
{
    // Rust's \w, which decides about single words: as in bracket expressions, and the joiners.
    private static readonly CodePointSet WordCharacters = CodePointSet.Union([UnicodeProperty.FindBracket("word"), CodePointSet.OfRange(0x200C, 0x200D)]);

    private readonly AddedVocabulary _added;
    private readonly TextNormalizer _normalizer;
    private readonly WorkLimit _limit;
    private readonly Dictionary<char, List<(string Text, int Id)>> _plain = [];
    private readonly Dictionary<char, List<(string Text, int Id)>> _normalized = [];

    /// <summary>Creates a splitter.</summary>
    /// <exception cref="TokenizerStepException">A token cannot be normalized.</exception>
    public AddedTokenSplitter(AddedVocabulary added, TextNormalizer normalizer, WorkLimit limit)
    {
        _added = added;
        _normalizer = normalizer;
        _limit = limit;
        foreach (var token in added.Searched)
        {
            added.TryGetId(token.Content, out var id);
            var text = token.Normalized ? normalizer.Normalize(token.Content) : token.Content;
            if (text.Length > 0)
            {
                var table = token.Normalized ? _normalized : _plain;
                (table.TryGetValue(text[0], out var list) ? list : table[text[0]] = []).Add((text, id));
            }
        }

        foreach (var list in _plain.Values.Concat(_normalized.Values))
        {
            var longestFirst = list.OrderByDescending(entry => entry.Text.Length).ToList();
            list.Clear();
            list.AddRange(longestFirst);
        }
    }

    /// <summary>Splits a text into added tokens and normalized pieces between them.</summary>
    /// <exception cref="TokenizerStepException">A piece cannot be normalized.</exception>
    public IReadOnlyList<TextPiece> Split(string text)
    {
        var pieces = new List<TextPiece>();
        foreach (var piece in Split(new TextPiece(text, IsAtStart: true), _plain))
        {
            if (piece.TokenId is not null)
            {
                pieces.Add(piece);
            }
            else
            {
                pieces.AddRange(Split(piece with { Text = _normalizer.Normalize(piece.Text) }, _normalized));
            }
        }

        return pieces;
    }

    private IEnumerable<TextPiece> Split(TextPiece piece, Dictionary<char, List<(string Text, int Id)>> table)
    {
        var text = piece.Text;
        var begin = 0;
        for (var position = 0; position < text.Length;)
        {
            if (!TryMatch(text, position, table, out var length, out var id))
            {
                position++;
                continue;
            }

            var (start, end) = (position, position + length);
            position = end;
            var token = _added.Tokens[id];
            if (token.SingleWord && (IsWordBefore(text, start) || IsWordAt(text, end)))
            {
                continue;
            }

            while (token.LeftStrip && start > begin && UnicodeProperty.Space.Contains(text[start - 1]))
            {
                start--;
            }

            while (token.RightStrip && end < text.Length && UnicodeProperty.Space.Contains(text[end]))
            {
                end++;
            }

            if (begin < start)
            {
                yield return new TextPiece(text[begin..start], piece.IsAtStart && begin == 0);
            }

            yield return new TextPiece(text[start..end], piece.IsAtStart && start == 0, id);
            begin = end;
            position = Math.Max(position, end);
        }

        if (begin < text.Length)
        {
            yield return new TextPiece(text[begin..], piece.IsAtStart && begin == 0);
        }
    }

    private bool TryMatch(string text, int position, Dictionary<char, List<(string Text, int Id)>> table, out int length, out int id)
    {
        if (table.TryGetValue(text[position], out var candidates))
        {
            _limit.Spend(candidates.Count);
            foreach (var (candidate, candidateId) in candidates)
            {
                if (string.CompareOrdinal(text, position, candidate, 0, candidate.Length) == 0)
                {
                    (length, id) = (candidate.Length, candidateId);
                    return true;
                }
            }
        }

        (length, id) = (0, 0);
        return false;
    }

    private static bool IsWordAt(string text, int position) =>
        position < text.Length && System.Text.Rune.TryGetRuneAt(text, position, out var rune) && WordCharacters.Contains(rune.Value);

    private static bool IsWordBefore(string text, int position)
    {
        if (position == 0)
        {
            return false;
        }

        var start = position >= 2 && char.IsLowSurrogate(text[position - 1]) ? position - 2 : position - 1;
        return IsWordAt(text, start);
    }
}
