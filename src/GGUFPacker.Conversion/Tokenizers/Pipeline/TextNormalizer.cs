using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Normalization;
using GGUFPacker.Conversion.Tokenizers.Patterns;
using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>The normalizer of a tokenizer.json, ready to use.</summary>
internal sealed class TextNormalizer
{
    private static readonly CodePointSet NonSpacingMarks = UnicodeProperty.Find("Mn");

    private static readonly CodePointSet ControlCharacters =
        CodePointSet.Union([UnicodeProperty.Find("Cc"), UnicodeProperty.Find("Cf"), UnicodeProperty.Find("Co")]);

    // The ranges of BERT's own tokenizer in Hugging Face's library, with its slip in the sixth.
    private static readonly CodePointSet ChineseCharacters = CodePointSet.OfRanges(
    [
        (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF),
        (0x2F800, 0x2FA1F),
    ]);

    private readonly ImmutableArray<Func<string, string>> _steps;
    private readonly WorkLimit _limit;

    /// <summary>Creates the normalizer.</summary>
    /// <param name="steps">Its steps.</param>
    /// <param name="limit">What texts may cost; null for a limit of its own.</param>
    /// <exception cref="TokenizerStepException">A step is of an unknown type or has an unknown pattern.</exception>
    public TextNormalizer(ImmutableArray<TokenizerStep> steps, WorkLimit? limit = null)
    {
        _limit = limit ?? new WorkLimit();
        _steps = [.. steps.Select(Create)];
    }

    /// <summary>Normalizes a text.</summary>
    /// <exception cref="TokenizerStepException">A pattern takes too long.</exception>
    public string Normalize(string text)
    {
        foreach (var step in _steps)
        {
            text = step(text);
            WorkLimit.CheckLength(text.Length);
            _limit.Spend(text.Length);
        }

        return text;
    }

    private Func<string, string> Create(TokenizerStep step)
    {
        switch (step.Type)
        {
            case "NFC":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormC);
            case "NFD":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormD);
            case "NFKC":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormKC);
            case "NFKD":
                return text => UnicodeNormalizer.Normalize(text, NormalizationForm.FormKD);
            case "Lowercase":
                return Lower;
            case "StripAccents":
                var marks = UnicodeProperty.Find("M");
                return text => Map(text, rune => marks.Contains(rune.Value) ? null : rune);
            case "Strip":
                return CreateStrip(step.Fields.Flag("strip_left") ?? true, step.Fields.Flag("strip_right") ?? true);
            case "Prepend":
                var prefix = step.Fields.Text("prepend") ?? "";
                return text => text.Length > 0 ? prefix + text : text;
            case "Replace":
                return CreateReplace(step);
            case "BertNormalizer":
                return CreateBert(step);
            case "Precompiled":
                return new CompiledCharacterMap(PrecompiledMap.Decode(step)).Normalize;
            case "Nmt":
                return text => Map(text, CleanForTranslation);
            case "ByteLevel":
                return text => ByteLevelAlphabet.Encode(text);
            default:
                throw new TokenizerStepException($"The normalizer '{step.Type}' is not known.");
        }
    }

    // As BERT's own tokenizer prepares text: without control characters, with spaces around Chinese ones, without accents, in lower case.
    private static Func<string, string> CreateBert(TokenizerStep step)
    {
        var lowers = step.Fields.Flag("lowercase") ?? true;
        var strips = step.Fields.Flag("strip_accents") ?? lowers;
        var cleans = step.Fields.Flag("clean_text") ?? true;
        var spaces = step.Fields.Flag("handle_chinese_chars") ?? true;
        return text =>
        {
            text = cleans ? Map(text, CleanForBert) : text;
            text = spaces ? SpaceChinese(text) : text;
            text = strips ? Map(UnicodeNormalizer.Normalize(text, NormalizationForm.FormD), rune => NonSpacingMarks.Contains(rune.Value) ? null : rune) : text;
            return lowers ? Lower(text) : text;
        };
    }

    private static Rune? CleanForBert(Rune rune) => rune.Value switch
    {
        '\t' or '\n' or '\r' => new Rune(' '),
        0 or 0xFFFD => null,
        _ when UnicodeProperty.Space.Contains(rune.Value) => new Rune(' '),
        _ when ControlCharacters.Contains(rune.Value) => null,
        _ => rune,
    };

    private static string SpaceChinese(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = ChineseCharacters.Contains(rune.Value) ? result.Append(' ').Append(rune.ToString()).Append(' ') : result.Append(rune.ToString());
        }

        return result.ToString();
    }

    private static string Lower(string text)
    {
        // The only letter whose lower case is two code points; .NET's simple mapping leaves out the second.
        return Map(text, Rune.ToLowerInvariant).Replace("\u0130", "i\u0307", StringComparison.Ordinal);

        static string Map(string text, Func<Rune, Rune> map) => TextNormalizer.Map(text, rune => rune.Value == 0x130 ? rune : map(rune));
    }

    private static Func<string, string> CreateStrip(bool left, bool right) => text =>
    {
        var start = 0;
        while (left && start < text.Length && UnicodeProperty.Space.Contains(text[start]))
        {
            start++;
        }

        var end = text.Length;
        while (right && end > start && UnicodeProperty.Space.Contains(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    };

    private Func<string, string> CreateReplace(TokenizerStep step)
    {
        var pattern = StepPattern.Read(step);
        var content = step.Fields.Text("content") ?? "";
        return text =>
        {
            var result = new StringBuilder();
            var position = 0;
            foreach (var (start, end) in pattern.Find(text, _limit))
            {
                WorkLimit.CheckLength((long)result.Length + content.Length);
                result.Append(text, position, start - position).Append(content);
                position = end;
            }

            return result.Append(text, position, text.Length - position).ToString();
        };
    }

    // The white space and control characters of neural machine translation, as SentencePiece cleans them.
    private static Rune? CleanForTranslation(Rune rune) => rune.Value switch
    {
        (>= 0x1 and <= 0x8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F => null,
        0x9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => new Rune(' '),
        _ => rune,
    };

    private static string Map(string text, Func<Rune, Rune?> map)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (map(rune) is { } mapped)
            {
                result.Append(mapped.ToString());
            }
        }

        return result.ToString();
    }
}
