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
    public static string Word(string value) => IsPlain(value) ? value : $"\"{Escape(value.ReplaceLineEndings(" "), "\"\\$")}\"";

    /// <summary>Words as the paths of an instruction: plain if none needs quotes, else the JSON form, whose words know quotes once more.</summary>
    public static string Paths(IReadOnlyCollection<string> paths) =>
        paths.All(IsPlain) ? string.Join(' ', paths) : Json(paths.Select(path => Escape(path, "\"'\\$")));

    /// <summary>The words of CMD, in which quotes are text.</summary>
    public static string Arguments(IEnumerable<string> arguments) => Json(arguments.Select(argument => Escape(argument, "\\$")));

    private static bool IsPlain(string value) =>
        value.Length > 0 && !value.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@+,");

    private static string Json(IEnumerable<string> words) => JsonSerializer.Serialize(words, JsonOptions);

    private static string Escape(string value, string special)
    {
        var text = new StringBuilder(value.Length);
        foreach (var letter in value)
        {
            if (special.Contains(letter, StringComparison.Ordinal))
            {
                text.Append('\\');
            }

            text.Append(letter);
        }

        return text.ToString();
    }
}
