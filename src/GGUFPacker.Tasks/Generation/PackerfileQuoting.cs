using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace GGUFPacker.Tasks.Generation;

/// <summary>Writes words so that a GGUFPackerfile's parser and its variable expansion give back the same words.</summary>
internal static class PackerfileQuoting
{
    private static readonly JsonSerializerOptions JsonOptions = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>One word, in double quotes unless it needs none.</summary>
    public static string Word(string value)
    {
        if (value.Length > 0 && !value.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@+,"))
        {
            return value;
        }

        var text = new StringBuilder("\"", value.Length + 2);
        foreach (var letter in value.ReplaceLineEndings(" "))
        {
            if (letter is '"' or '\\' or '$')
            {
                text.Append('\\');
            }

            text.Append(letter);
        }

        return text.Append('"').ToString();
    }

    /// <summary>Words as the arguments of an instruction: plain if none needs quotes, else the JSON form.</summary>
    public static string Words(IReadOnlyCollection<string> words) => words.All(word => Word(word) == word) ? string.Join(' ', words) : Json(words);

    /// <summary>Words in the JSON form, on one line.</summary>
    public static string Json(IEnumerable<string> words) => JsonSerializer.Serialize(words.Select(Expandable), JsonOptions);

    /// <summary>Expansion works on the words of the JSON form too, and takes a backslash as its escape.</summary>
    private static string Expandable(string word) => word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal);
}
