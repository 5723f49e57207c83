using GGUFPacker.Conversion.Tokenizers.Patterns;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>Splits a piece of text at matches.</summary>
internal static class TextSplitter
{
    /// <summary>Splits at a pattern's matches, or at what lies between them (<paramref name="invert"/>).</summary>
    /// <exception cref="TokenizerStepException">The pattern takes too long.</exception>
    public static IEnumerable<TextPiece> Split(TextPiece piece, TextPattern pattern, SplitBehavior behavior, bool invert, WorkLimit limit) =>
        Split(piece, pattern.Find(piece.Text, limit), behavior, invert);

    /// <summary>Splits at the code points of a set, each a match of its own.</summary>
    public static IEnumerable<TextPiece> Split(TextPiece piece, CodePointSet set, SplitBehavior behavior) =>
        Split(piece, Find(piece.Text, set), behavior, invert: false);

    private static IEnumerable<(int Start, int End)> Find(string text, CodePointSet set)
    {
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (set.Contains(rune.Value))
            {
                yield return (position, position + rune.Utf16SequenceLength);
            }

            position += rune.Utf16SequenceLength;
        }
    }

    private static IEnumerable<TextPiece> Split(TextPiece piece, IEnumerable<(int Start, int End)> matches, SplitBehavior behavior, bool invert)
    {
        var parts = Cover(piece.Text.Length, matches, invert);
        var kept = behavior switch
        {
            SplitBehavior.Removed => parts.Where(part => !part.IsMatch).Select(part => (part.Start, part.End)),
            SplitBehavior.Isolated => parts.Select(part => (part.Start, part.End)),
            SplitBehavior.Contiguous => Merge(parts, (isMatch, previousIsMatch) => isMatch == previousIsMatch),
            SplitBehavior.MergedWithPrevious => Merge(parts, (isMatch, previousIsMatch) => isMatch && !previousIsMatch),
            _ => MergeWithNext(parts),
        };

        return kept.Where(part => part.End > part.Start).Select(part => new TextPiece(piece.Text[part.Start..part.End], piece.IsAtStart && part.Start == 0));
    }

    // The whole text as matches and what lies between them.
    private static List<(int Start, int End, bool IsMatch)> Cover(int length, IEnumerable<(int Start, int End)> matches, bool invert)
    {
        var parts = new List<(int Start, int End, bool IsMatch)>();
        var position = 0;
        foreach (var (start, end) in matches)
        {
            if (position != start)
            {
                parts.Add((position, start, invert));
            }

            parts.Add((start, end, !invert));
            position = end;
        }

        if (position != length)
        {
            parts.Add((position, length, invert));
        }

        return parts;
    }

    private static List<(int Start, int End)> Merge(List<(int Start, int End, bool IsMatch)> parts, Func<bool, bool, bool> belongsToPrevious)
    {
        var merged = new List<(int Start, int End)>();
        var previousIsMatch = false;
        foreach (var (start, end, isMatch) in parts)
        {
            if (merged.Count > 0 && belongsToPrevious(isMatch, previousIsMatch))
            {
                merged[^1] = (merged[^1].Start, end);
            }
            else
            {
                merged.Add((start, end));
            }

            previousIsMatch = isMatch;
        }

        return merged;
    }

    private static List<(int Start, int End)> MergeWithNext(List<(int Start, int End, bool IsMatch)> parts)
    {
        var merged = new List<(int Start, int End)>();
        var nextIsMatch = false;
        foreach (var (start, end, isMatch) in Enumerable.Reverse(parts))
        {
            if (merged.Count > 0 && isMatch && !nextIsMatch)
            {
                merged[^1] = (start, merged[^1].End);
            }
            else
            {
                merged.Add((start, end));
            }

            nextIsMatch = isMatch;
        }

        merged.Reverse();
        return merged;
    }
}
