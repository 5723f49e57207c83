using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>
/// A unigram language model: of all ways to put a text together from pieces, the one whose scores have the largest sum (Viterbi). A character that is no piece
/// costs more than any piece; unknown characters that stand together become one token.
/// </summary>
internal sealed class UnigramModel : SubwordModel
{
    /// <summary>How much below the worst score an unknown character is.</summary>
    private const double UnknownPenalty = 10;

    private readonly TokenizerJson _definition;
    private readonly double _unknownScore;
    private readonly int _longest;
    private readonly WorkLimit _limit;

    /// <summary>Creates the model.</summary>
    /// <exception cref="CheckpointException">The id of the unknown piece is out of range.</exception>
    public UnigramModel(TokenizerJson definition, WorkLimit limit)
    {
        _definition = definition;
        _limit = limit;
        _unknownScore = definition.Pieces.Select(piece => piece.Score).DefaultIfEmpty().Min() - UnknownPenalty;
        _longest = definition.Pieces.Select(piece => piece.Piece.Length).DefaultIfEmpty().Max();
        if (definition.UnknownId >= definition.Pieces.Length)
        {
            throw new CheckpointException(
                $"{TokenizerJsonReader.FileName}: unk_id is {definition.UnknownId}, but there are {definition.Pieces.Length} pieces.");
        }
    }

    /// <inheritdoc/>
    public override void Encode(string text, List<int> ids)
    {
        foreach (var (start, end) in Segment(text))
        {
            var piece = text[start..end];
            if (_definition.Vocabulary.TryGetValue(piece, out var id))
            {
                ids.Add(id);
            }
            else if (_definition.ByteFallback && FindBytes(_definition, piece) is { } bytes)
            {
                ids.AddRange(bytes);
            }
            else if (_definition.UnknownId is { } unknown)
            {
                ids.Add(unknown);
            }
        }
    }

    private List<(int Start, int End)> Segment(string text)
    {
        var tokens = _definition.Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var best = new (double Score, int Start, bool IsUnknown)[text.Length + 1];
        Array.Fill(best, (0, -1, false), 1, text.Length);
        for (var start = 0; start < text.Length;)
        {
            var character = char.IsHighSurrogate(text[start]) && start + 1 < text.Length && char.IsLowSurrogate(text[start + 1]) ? 2 : 1;
            var hasCharacter = false;
            for (var end = start + 1; end <= Math.Min(text.Length, start + _longest); end++)
            {
                _limit.Spend(end - start);
                if (tokens.TryGetValue(text.AsSpan(start..end), out var id))
                {
                    Propose(start, end, _definition.Pieces[id].Score, isUnknown: false);
                    hasCharacter |= end - start == character;
                }
            }

            if (!hasCharacter)
            {
                Propose(start, start + character, _unknownScore, isUnknown: true);
            }

            start += character;
        }

        return Trace(best);

        void Propose(int start, int end, double score, bool isUnknown)
        {
            var sum = best[start].Score + score;
            if (best[end].Start < 0 || sum > best[end].Score)
            {
                best[end] = (sum, start, isUnknown);
            }
        }
    }

    private static List<(int Start, int End)> Trace((double Score, int Start, bool IsUnknown)[] best)
    {
        var pieces = new List<(int Start, int End)>();
        var isUnknownOpen = false;
        for (var end = best.Length - 1; end > 0; end = best[end].Start)
        {
            var (_, start, isUnknown) = best[end];
            if (isUnknown && isUnknownOpen)
            {
                pieces[^1] = (start, pieces[^1].End);
            }
            else
            {
                pieces.Add((start, end));
            }

            isUnknownOpen = isUnknown;
        }

        pieces.Reverse();
        return pieces;
    }
}
