using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Turns an identifier into a title: dashes become spaces, and words in lower case get capitals unless they are versions or numbers.</summary>
internal static partial class Title
{
    /// <summary>The title.</summary>
    public static string Of(string identifier) =>
        string.Join(' ', Words(identifier.Replace('-', ' ')).Select(word => IsLower(word) && !NumberPattern().IsMatch(word) ? Capitalize(word) : word));

    /// <summary>The parts between white space, to which Python also counts the four separators before the space.</summary>
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var unit in text + " ")
        {
            if (!char.IsWhiteSpace(unit) && unit is not (>= '\x1c' and <= '\x1f'))
            {
                word.Append(unit);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }
    }

    /// <summary>Whether there are letters of one case at least, and all of them small.</summary>
    private static bool IsLower(string word)
    {
        var found = false;
        foreach (var rune in word.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter:
                    return false;
                case UnicodeCategory.LowercaseLetter:
                    found = true;
                    break;
            }
        }

        return found;
    }

    /// <summary>Each run of letters with case begins with a capital.</summary>
    private static string Capitalize(string word)
    {
        var title = new StringBuilder(word.Length);
        var insideRun = false;
        foreach (var rune in word.EnumerateRunes())
        {
            title.Append(insideRun ? Rune.ToLowerInvariant(rune).ToString() : Capital(rune));
            insideRun = Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter;
        }

        return title.ToString();
    }

    /// <summary>The capital at the beginning of a word, by Unicode's full mappings: of a letter that is two, only the first is one.</summary>
    private static string Capital(Rune rune) => rune.Value switch
    {
        'ß' => "Ss",
        'Ǆ' or 'ǆ' => "ǅ",
        'Ǉ' or 'ǉ' => "ǈ",
        'Ǌ' or 'ǌ' => "ǋ",
        'Ǳ' or 'ǳ' => "ǲ",
        'ﬀ' => "Ff",
        'ﬁ' => "Fi",
        'ﬂ' => "Fl",
        'ﬃ' => "Ffi",
        'ﬄ' => "Ffl",
        'ﬅ' or 'ﬆ' => "St",
        _ => Rune.ToUpperInvariant(rune).ToString(),
    };

    [GeneratedRegex(@"\A(v\d+(\.\d+)*|\d.*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberPattern();
}
