using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Decodes one token alone, as a tokenizer.json's decoder would.</summary>
internal sealed class TokenDecoder
{
    /// <summary>The most characters that all tokens together may be decoded to, at all stages.</summary>
    private const long MaximumLength = 256 << 20;

    private readonly ImmutableArray<TokenizerStep> _steps;
    private readonly bool _cleanUpSpaces;
    private long _length;

    /// <summary>Creates the decoder of a tokenizer.</summary>
    public TokenDecoder(AutoTokenizer tokenizer)
    {
        _steps = tokenizer.Definition.Decoders;
        _cleanUpSpaces = tokenizer.CleanUpSpaces;
    }

    /// <summary>The text that a token stands for.</summary>
    /// <exception cref="CheckpointException">It is too long.</exception>
    public string Decode(string token)
    {
        var text = token;
        foreach (var step in _steps)
        {
            text = Apply(text, step);
            _length += text.Length;
            CheckLength(_length);
        }

        return _cleanUpSpaces ? CleanUp(text) : text;
    }

    private static void CheckLength(long length)
    {
        if (length > MaximumLength)
        {
            throw new CheckpointException($"{TokenizerJsonReader.FileName}: the decoder's steps make texts of more than {MaximumLength} characters.");
        }
    }

    private static string Apply(string token, TokenizerStep step) => step.Type switch
    {
        "ByteLevel" => ByteLevelAlphabet.Decode(token),
        "ByteFallback" => DecodeByte(token),
        "Replace" when step.Fields.Property("pattern")?.Text("String") is { Length: > 0 } pattern => Replace(token, pattern, step.Fields.Text("content") ?? ""),
        "Strip" => Strip(token, step),
        "Metaspace" => DecodeMetaspace(token, step),
        "WordPiece" when step.Fields.Flag("cleanup") ?? true => CleanUp(token).Replace(" do not", " don't", StringComparison.Ordinal),
        "BPEDecoder" => token.Replace(step.Fields.Text("suffix") ?? "</w>", "", StringComparison.Ordinal),

        // Fuse joins tokens, and the rest acts between tokens only.
        _ => token,
    };

    private static string Replace(string token, string pattern, string content)
    {
        CheckLength((long)token.Length / pattern.Length * content.Length);
        return token.Replace(pattern, content, StringComparison.Ordinal);
    }

    private static string DecodeByte(string token)
    {
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>'
            || !byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return token;
        }

        return Encoding.UTF8.GetString([value]);
    }

    private static string Strip(string token, TokenizerStep step)
    {
        if (step.Fields.Text("content") is not { Length: 1 } content)
        {
            return token;
        }

        var start = CountOf(step, "start");
        while (start-- > 0 && token.StartsWith(content[0]))
        {
            token = token[1..];
        }

        var stop = CountOf(step, "stop");
        while (stop-- > 0 && token.EndsWith(content[0]))
        {
            token = token[..^1];
        }

        return token;
    }

    private static int CountOf(TokenizerStep step, string name) =>
        step.Fields.Property(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var count) ? count : 0;

    private static string DecodeMetaspace(string token, TokenizerStep step)
    {
        // The first token of a text loses the space that was put before the text.
        var prepends = (step.Fields.Text("prepend_scheme") ?? "always") != "never" && (step.Fields.Flag("add_prefix_space") ?? true);
        return token.Replace(step.Fields.Text("replacement") ?? "▁", prepends ? "" : " ", StringComparison.Ordinal);
    }

    private static string CleanUp(string text) => text
        .Replace(" .", ".", StringComparison.Ordinal)
        .Replace(" ?", "?", StringComparison.Ordinal)
        .Replace(" !", "!", StringComparison.Ordinal)
        .Replace(" ,", ",", StringComparison.Ordinal)
        .Replace(" ' ", "'", StringComparison.Ordinal)
        .Replace(" n't", "n't", StringComparison.Ordinal)
        .Replace(" 'm", "'m", StringComparison.Ordinal)
        .Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal)
        .Replace(" 're", "'re", StringComparison.Ordinal);
}
