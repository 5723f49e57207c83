namespace GGUFPacker.Packerfile.Diagnostics;

/// <summary>Finds the name that a misspelt one was meant to be.</summary>
public static class Suggestion
{
    private const int MaxDistance = 2;

    /// <summary>The option at most two edits away and nearest; null if there is none, or if one is equal.</summary>
    /// <param name="word">The name that is not known.</param>
    /// <param name="options">The names that are.</param>
    /// <param name="ignoreCase">Whether case makes no difference; the answer then takes the word's case.</param>
    public static string? Find(string word, IEnumerable<string> options, bool ignoreCase = false)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(options);
        var wanted = ignoreCase ? word.ToLowerInvariant() : word;
        string? best = null;
        var bestDistance = MaxDistance + 1;
        foreach (var option in options)
        {
            var candidate = ignoreCase ? option.ToLowerInvariant() : option;
            if (candidate == wanted)
            {
                return null;
            }

            var distance = Distance(wanted, candidate);
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return ignoreCase && word != wanted && word == word.ToUpperInvariant() ? best?.ToUpperInvariant() : best;
    }

    /// <summary>The end of a message: <c> Did you mean 'x'?</c>, or nothing.</summary>
    internal static string Sentence(string word, IEnumerable<string> options, bool ignoreCase = false) =>
        Find(word, options, ignoreCase) is { } option ? $" Did you mean '{option}'?" : "";

    // Levenshtein, one row at a time; words that differ too much in length need no table.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > MaxDistance)
        {
            return MaxDistance + 1;
        }

        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
