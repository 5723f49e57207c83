namespace GGUFPacker.Build.Embedded.Files;

/// <summary>
/// A source of ADD or COPY: a path whose components may hold the wildcards <c>*</c>, <c>?</c> and <c>[…]</c>, as Go's filepath.Match reads them.
/// </summary>
internal static class PathPattern
{
    /// <summary>Whether there is a wildcard at all.</summary>
    public static bool HasWildcard(string pattern) => pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0;

    /// <summary>Whether a path matches, component by component.</summary>
    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public static bool Matches(string pattern, string path)
    {
        var patterns = pattern.Split('/');
        var parts = path.Split('/');
        return patterns.Length == parts.Length && patterns.Zip(parts).All(pair => MatchesComponent(pair.First, pair.Second));
    }

    private static bool MatchesComponent(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (!pattern.IsEmpty)
        {
            switch (pattern[0])
            {
                case '*':
                    pattern = pattern.TrimStart('*');
                    for (var skip = 0; skip <= text.Length; skip++)
                    {
                        if (MatchesComponent(pattern, text[skip..]))
                        {
                            return true;
                        }
                    }

                    return false;
                case '?':
                    if (text.IsEmpty)
                    {
                        return false;
                    }

                    pattern = pattern[1..];
                    break;
                case '[':
                    if (text.IsEmpty || !MatchesClass(ref pattern, text[0]))
                    {
                        return false;
                    }

                    break;
                default:
                    if (pattern[0] == '\\' && pattern.Length > 1)
                    {
                        pattern = pattern[1..];
                    }

                    if (text.IsEmpty || text[0] != pattern[0])
                    {
                        return false;
                    }

                    pattern = pattern[1..];
                    break;
            }

            text = text[1..];
        }

        return text.IsEmpty;
    }

    private static bool MatchesClass(ref ReadOnlySpan<char> pattern, char c)
    {
        var whole = pattern.ToString();
        var rest = pattern[1..];
        var negated = !rest.IsEmpty && rest[0] == '^';
        rest = negated ? rest[1..] : rest;
        var found = false;
        for (var first = true; ; first = false)
        {
            if (rest.IsEmpty)
            {
                throw new FormatException($"The pattern '{whole}' has an open '['.");
            }

            if (rest[0] == ']' && !first)
            {
                pattern = rest[1..];
                return found != negated;
            }

            var low = Take(ref rest, whole);
            var high = low;
            if (rest.Length > 1 && rest[0] == '-')
            {
                rest = rest[1..];
                high = Take(ref rest, whole);
            }

            found |= low <= c && c <= high;
        }
    }

    private static char Take(ref ReadOnlySpan<char> rest, string whole)
    {
        if (rest.Length > 1 && rest[0] == '\\')
        {
            rest = rest[1..];
        }

        if (rest.IsEmpty)
        {
            throw new FormatException($"The pattern '{whole}' has an open '['.");
        }

        var c = rest[0];
        rest = rest[1..];
        return c;
    }
}
