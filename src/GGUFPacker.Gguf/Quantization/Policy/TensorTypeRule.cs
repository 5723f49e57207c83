using System.Text.RegularExpressions;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>
/// A user's choice for the tensors whose name a pattern matches somewhere: <c>--tensor-type PATTERN=TYPE</c> of llama-quantize.
/// Patterns are ECMAScript regular expressions.
/// </summary>
public sealed record TensorTypeRule
{
    private const long MaxFileBytes = 16 << 20;

    private readonly Regex _regex;

    /// <summary>Creates a rule.</summary>
    /// <param name="pattern">The regular expression, searched for anywhere in a tensor's name.</param>
    /// <param name="type">The type of the tensors found.</param>
    /// <exception cref="FormatException">The pattern is no regular expression.</exception>
    public TensorTypeRule(string pattern, TensorType type)
    {
        (Pattern, Type) = (pattern, type);

        // C++ knows these classes, .NET would read them as plain characters.
        if (pattern.Contains("[:", StringComparison.Ordinal))
        {
            throw new FormatException($"The tensor name pattern '{pattern}' has a POSIX character class: write the characters, such as [0-9].");
        }

        try
        {
            _regex = new Regex(pattern, RegexOptions.ECMAScript | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"The tensor name pattern '{pattern}' is no regular expression: {exception.Message}", exception);
        }
    }

    /// <summary>The regular expression.</summary>
    public string Pattern { get; }

    /// <summary>The type of the tensors found.</summary>
    public TensorType Type { get; }

    /// <summary>Reads <c>PATTERN=TYPE</c>; the pattern is lower-cased, as llama-quantize does.</summary>
    /// <exception cref="FormatException">The text is no such pair.</exception>
    public static TensorTypeRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var separator = text.IndexOf('=', StringComparison.Ordinal);
        if (separator <= 0 || separator == text.Length - 1)
        {
            throw new FormatException($"'{text}' is no PATTERN=TYPE for tensors, such as attn_v=q8_0.");
        }

        return new TensorTypeRule(text[..separator].ToLowerInvariant(), ParseType(text[(separator + 1)..]));
    }

    /// <summary>Reads a file of rules, separated by blanks or line ends.</summary>
    /// <exception cref="FormatException">One of them is no rule, or the file is too large to be such a file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IEnumerable<TensorTypeRule> ParseFile(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes } file)
        {
            throw new FormatException($"The file of tensor types '{path}' has {file.Length} bytes; the limit is {MaxFileBytes}.");
        }

        return [.. File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    /// <summary>Reads the name of a tensor type, in any case.</summary>
    /// <exception cref="FormatException">There is no such type.</exception>
    public static TensorType ParseType(string text) =>
        TensorTypes.TryParse(text, out var type) ? type : throw new FormatException($"'{text}' is no tensor type of ggml.");

    /// <inheritdoc/>
    public override string ToString() => $"{Pattern}={Type.GgmlName}";

    /// <summary>Whether a tensor's name matches.</summary>
    public bool Matches(string tensorName) => _regex.IsMatch(tensorName);
}
