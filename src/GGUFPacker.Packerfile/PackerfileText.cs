using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GGUFPacker.Packerfile;

/// <summary>
/// Writes instructions whose values, once parsed and expanded, are exactly those given: quotes, dollars, backslashes and blanks in
/// them mean nothing. For generated files; the escape character is the backslash.
/// </summary>
public static class PackerfileText
{
    // Well below the limit of a line, whatever the characters' lengths in UTF-8.
    private const int WrapAt = 16000;

    // The flags whose values are expanded once the quotes of the flag itself are resolved.
    private static readonly string[] ExpandedFlags = ["chown", "chmod", "checksum", "type", "base", "imatrix", "tensor-type-file", "override-kv", "pre-tokenizer", "model-name"];

    private static readonly JsonSerializerOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A comment, one line for each of the text's.</summary>
    public static string Comment(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(text.ReplaceLineEndings("\n").Split('\n').Select(line => $"# {line}".TrimEnd() + "\n"));
    }

    /// <summary><c>FROM base [AS name]</c>.</summary>
    /// <exception cref="ArgumentException">The base has blanks.</exception>
    public static string From(string baseName, string? stageName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(baseName);
        return NeedsJson(baseName)
            ? throw new ArgumentException($"'{baseName}' cannot stand in FROM.", nameof(baseName))
            : Wrap($"FROM {EscapeWord(baseName)}{(stageName is null ? "" : " AS " + stageName)}");
    }

    /// <summary><c>ARG name[="value"]</c>.</summary>
    /// <exception cref="ArgumentException">The name is none, or the value has line ends.</exception>
    public static string Arg(string name, string? value = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? Wrap($"ARG {name}{(value is null ? "" : "=" + Quote(value))}")
            : throw new ArgumentException($"'{name}' is no name of an argument.", nameof(name));
    }

    /// <summary><c>LABEL "name"="value"</c>.</summary>
    /// <exception cref="ArgumentException">The name is empty or has an equals sign, or name or value have line ends.</exception>
    public static string Label(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name.Contains('=', StringComparison.Ordinal)
            ? throw new ArgumentException($"The label '{name}' has an equals sign in its name.", nameof(name))
            : Wrap($"LABEL {(name[0] != '-' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ? name : Quote(name))}={Quote(value)}");
    }

    /// <summary><c>CMD ["argument", …]</c>.</summary>
    public static string Cmd(IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Wrap("CMD " + Json(arguments.Select(EscapeText)));
    }

    /// <summary>ADD, COPY, CONVERT or QUANTIZE: in words where no word has blanks, else in JSON form.</summary>
    /// <param name="keyword">The instruction.</param>
    /// <param name="flags">Its flags; a null value is a flag without one.</param>
    /// <param name="arguments">Sources and destination.</param>
    public static string Instruction(string keyword, IEnumerable<KeyValuePair<string, string?>> flags, IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyword);
        ArgumentNullException.ThrowIfNull(flags);
        var text = new StringBuilder(keyword);
        foreach (var (name, value) in flags)
        {
            text.Append(" --").Append(name);
            if (value is not null)
            {
                text.Append('=').Append(EscapeFlag(ExpandedFlags.Contains(name) ? EscapeWord(value) : value));
            }
        }

        string[] words = [.. arguments];
        var asJson = words.Any(NeedsJson) || words is [['[' or '-', ..], ..];
        text.Append(' ').Append(asJson ? Json(words.Select(EscapeWord)) : string.Join(' ', words.Select(EscapeWord)));
        return Wrap(text.ToString());
    }

    /// <summary>CAT: a file with the given content. A line feed is added to the end where there is none.</summary>
    public static string Cat(string content, string destination)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        var body = content.EndsWith('\n') ? content[..^1] : content;
        var lines = body.Split('\n');
        if (NeedsJson(destination) || lines.Any(l => l.Length > WrapAt))
        {
            return Wrap("CAT " + Json([EscapeText(body).Replace("<", "\\<", StringComparison.Ordinal), EscapeWord(destination)]));
        }

        var mark = "EOF";
        for (var i = 1; lines.Any(l => l.TrimEnd('\r') == mark); i++)
        {
            mark = $"EOF{i}";
        }

        return Wrap($"CAT <<'{mark}' {EscapeWord(destination)}") + body + "\n" + mark + "\n";
    }

    private static bool NeedsJson(string word) => word.Length == 0 || word.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    // The mark of a heredoc is a word like others if its first sign is escaped.
    private static string EscapeWord(string value) => Escape(value, "\\$'\"<");

    private static string EscapeText(string value) => Escape(value, "\\$");

    private static string EscapeFlag(string value)
    {
        if (value.AsSpan().ContainsAny('\n', '\r'))
        {
            throw new ArgumentException($"'{value}' has line ends, which a flag cannot hold.", nameof(value));
        }

        return value.Length > 0 && !value.Any(char.IsWhiteSpace) ? Escape(value, "\\'\"") : '"' + Escape(value, "\\\"") + '"';
    }

    private static string Quote(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Contains('\n', StringComparison.Ordinal)
            ? throw new ArgumentException($"'{value}' has several lines, which ARG and LABEL cannot hold.", nameof(value))
            : '"' + Escape(value, "\\$\"") + '"';
    }

    private static string Escape(string value, string special)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            text.Append(special.Contains(c, StringComparison.Ordinal) ? "\\" : "").Append(c);
        }

        return text.ToString();
    }

    private static string Json(IEnumerable<string> values) => "[" + string.Join(", ", values.Select(v => JsonSerializer.Serialize(v, JsonOptions))) + "]";

    // A line may be cut where the next one begins with a character that is neither blank nor a comment, and no escape stands before.
    private static string Wrap(string line)
    {
        var text = new StringBuilder(line.Length + 8);
        var start = 0;
        while (line.Length - start > WrapAt)
        {
            var end = start + WrapAt;
            while (end > start && !(char.IsAsciiLetterOrDigit(line[end]) && line[end - 1] != '\\' && !char.IsHighSurrogate(line[end - 1])))
            {
                end--;
            }

            if (end == start)
            {
                throw new ArgumentException($"A line of {line.Length} characters cannot be cut: {line.AsSpan(0, 60)}…", nameof(line));
            }

            text.Append(line, start, end - start).Append("\\\n");
            start = end;
        }

        return text.Append(line, start, line.Length - start).Append('\n').ToString();
    }
}
