using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Patterns;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>The pre-tokenizer of a tokenizer.json, ready to use: it splits a normalized text into the pieces that the model sees one by one.</summary>
internal sealed class TextPreTokenizer
{
    private static readonly Lazy<TextPattern> ByteLevelPattern =
        new(() => TextPattern.OfExpression(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"));

    private static readonly CodePointSet Punctuation =
        CodePointSet.Union([UnicodeProperty.Punctuation, CodePointSet.OfRanges([('!', '/'), (':', '@'), ('[', '`'), ('{', '~')])]);

    private readonly ImmutableArray<Func<TextPiece, IEnumerable<TextPiece>>> _steps;
    private readonly WorkLimit _limit;

    /// <summary>Creates the pre-tokenizer.</summary>
    /// <param name="steps">Its steps.</param>
    /// <param name="limit">What texts may cost; null for a limit of its own.</param>
    /// <exception cref="TokenizerStepException">A step is of an unknown type or has an unknown pattern.</exception>
    public TextPreTokenizer(ImmutableArray<TokenizerStep> steps, WorkLimit? limit = null)
    {
        _limit = limit ?? new WorkLimit();
        _steps = [.. steps.Select(Create)];
    }

    /// <summary>Splits a whole text.</summary>
    /// <exception cref="TokenizerStepException">A pattern takes too long.</exception>
    public IReadOnlyList<TextPiece> Split(string text) => Split([new TextPiece(text, IsAtStart: true)]);

    /// <summary>Splits the pieces that are no added tokens. No piece is empty.</summary>
    /// <exception cref="TokenizerStepException">A pattern takes too long.</exception>
    public IReadOnlyList<TextPiece> Split(IReadOnlyList<TextPiece> pieces)
    {
        foreach (var step in _steps)
        {
            pieces = [.. pieces.SelectMany(piece => piece.TokenId is null ? step(piece).Where(part => part.Text.Length > 0) : [piece])];
            var length = pieces.Sum(piece => (long)piece.Text.Length);
            WorkLimit.CheckLength(length);
            _limit.Spend(length);
        }

        return pieces;
    }

    private Func<TextPiece, IEnumerable<TextPiece>> Create(TokenizerStep step)
    {
        switch (step.Type)
        {
            case "ByteLevel":
                return CreateByteLevel(step.Fields.Flag("add_prefix_space") ?? true, step.Fields.Flag("use_regex") ?? true);
            case "Split":
                var pattern = StepPattern.Read(step);
                var behavior = ReadBehavior(step, SplitBehavior.Isolated);
                var invert = step.Fields.Flag("invert") ?? false;
                return piece => TextSplitter.Split(piece, pattern, behavior, invert, _limit);
            case "Digits":
                var digits = UnicodeProperty.Find("N");
                var digitBehavior = step.Fields.Flag("individual_digits") ?? false ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
                return piece => TextSplitter.Split(piece, digits, digitBehavior);
            case "Punctuation":
                var punctuationBehavior = ReadBehavior(step, SplitBehavior.Isolated);
                return piece => TextSplitter.Split(piece, Punctuation, punctuationBehavior);
            case "Whitespace":
                var words = TextPattern.OfExpression(@"[[:word:]\u200C\u200D]+|[^[:word:]\s\u200C\u200D]+");
                return piece => TextSplitter.Split(piece, words, SplitBehavior.Removed, invert: true, _limit);
            case "WhitespaceSplit":
                return piece => TextSplitter.Split(piece, UnicodeProperty.Space, SplitBehavior.Removed);
            case "BertPreTokenizer":
                return piece => TextSplitter.Split(piece, UnicodeProperty.Space, SplitBehavior.Removed)
                    .SelectMany(word => TextSplitter.Split(word, Punctuation, SplitBehavior.Isolated));
            case "CharDelimiterSplit":
                var delimiter = TextPattern.OfText(step.Fields.Text("delimiter") ?? "");
                return piece => TextSplitter.Split(piece, delimiter, SplitBehavior.Removed, invert: false, _limit);
            case "Metaspace":
                return CreateMetaspace(step);
            default:
                throw new TokenizerStepException($"The pre-tokenizer '{step.Type}' is not known.");
        }
    }

    private Func<TextPiece, IEnumerable<TextPiece>> CreateByteLevel(bool addPrefixSpace, bool useRegex) => piece =>
    {
        if (addPrefixSpace && !piece.Text.StartsWith(' '))
        {
            piece = piece with { Text = $" {piece.Text}" };
        }

        var words = useRegex ? TextSplitter.Split(piece, ByteLevelPattern.Value, SplitBehavior.Isolated, invert: false, _limit) : [piece];
        return words.Select(word => word with { Text = ByteLevelAlphabet.Encode(word.Text) });
    };

    private Func<TextPiece, IEnumerable<TextPiece>> CreateMetaspace(TokenizerStep step)
    {
        var replacement = step.Fields.Text("replacement") ?? "▁";
        var scheme = step.Fields.Flag("add_prefix_space") == false ? "never" : step.Fields.Text("prepend_scheme") ?? "always";
        var split = step.Fields.Flag("split") ?? true;
        var pattern = TextPattern.OfText(replacement);
        return piece =>
        {
            WorkLimit.CheckLength((piece.Text.Count(character => character == ' ') + 1L) * replacement.Length);
            var text = piece.Text.Replace(" ", replacement, StringComparison.Ordinal);
            if (!text.StartsWith(replacement, StringComparison.Ordinal) && (scheme == "always" || (scheme == "first" && piece.IsAtStart)))
            {
                text = replacement + text;
            }

            piece = piece with { Text = text };
            return split ? TextSplitter.Split(piece, pattern, SplitBehavior.MergedWithNext, invert: false, _limit) : [piece];
        };
    }

    private static SplitBehavior ReadBehavior(TokenizerStep step, SplitBehavior otherwise) => step.Fields.Text("behavior") switch
    {
        null => otherwise,
        { } name when Enum.TryParse<SplitBehavior>(name, ignoreCase: false, out var behavior) && Enum.IsDefined(behavior) => behavior,
        { } name => throw new TokenizerStepException($"The split behavior '{name}' is not known."),
    };
}
