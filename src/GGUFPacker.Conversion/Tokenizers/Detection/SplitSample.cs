using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Tokenizers.Pipeline;

namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>How a pre-tokenizer splits texts that tell pre-tokenizers apart. Two that split all of them alike count as the same.</summary>
internal sealed class SplitSample
{
    // Letters, digits and punctuation in all their neighbourhoods: case, contractions, runs of white space and line ends, marks, scripts, emoji.
    private static readonly ImmutableArray<string> Texts =
    [
        TokenizerTestText.Text,
        "Hello world, this is a test. It's John's, isn't it? WE'LL see; they'Ve gone, I'd say I'm sure you're right.",
        "HelloWorld helloWorld HELLOworld iPhone XMLHttpRequest ABCdef don't DON'T x's y't",
        "1 12 123 1234 12345 123456 1234567, 3.14159 v2.0.1 2024-01-31 10:15:00 1,000,000 x1 a12b345 42nd  7   77",
        "line one\nline two\r\n\r\n\nline five  \n  indented\n\ttabbed\t\tdouble \t mixed\n\n\n   end   ",
        "def f(x, y=None):\n    if x == 1:\n        return {\"a\": [1, 2], 'b': y}  # comment\n\n    raise ValueError(f\"{x!r}\")\n",
        "https://example.com/path/to?q=1&r=%20#frag user@host.org C:\\dir\\file.txt a/b //c\n///\n//\n\n",
        "(see [1], {2}) <tag attr=\"v\"/> !!! ??? ... --- *** $5 +3 <= >= != && || ~x ^y `z` |w| =k",
        "Größe naïve café Ærøskøbing Ελληνικά Привет мир, Ђорђе ΑΒΓ αβγ",
        "你好，世界！我想在apple工作1314天。テスト、カタカナとひらがな 한국어 문장입니다. 中文 abc中文abc 12中文34",
        "हिन्दी में लिखना कि के साथ ไทยภาษา ខ្មែរ العربية، كتاب؟ עברית שלום e\u0301a\u0308 n\u0303o",
        "😀 😃😄 👍🏽 🏳️‍🌈 text😀text ★☆ → ← ∑∫ ½ ² ③ Ⅷ € £ © ™",
        "_under_score __init__ snake_case-kebab 'quoted' \"double\" “curly” ‘single’ a’s «guillemets» … – —",
        " leading space", "trailing space ", "  two", "a  b   c    d", "a\u00A0b\u3000c", "\u2028x\u2029", "a\nb", "a \n b", "x\n\n", "\n x", " \n\n y",
        "the cat sat; tell sell drill; these, 're 've 'll 'S 'T'D 'twas 'sup y'all'd've l'été d'accord O'Donnell rock'n'roll L'Lena it'sok",
    ];

    private readonly TextPreTokenizer _preTokenizer;

    // Of each text, once it is asked for: nearly all pre-tokenizers differ in one of the first.
    private readonly ImmutableArray<string>[] _pieces = new ImmutableArray<string>[Texts.Length];

    private SplitSample(TextPreTokenizer preTokenizer) => _preTokenizer = preTokenizer;

    /// <summary>Splits by the steps of a pre-tokenizer, without a space before the texts.</summary>
    /// <exception cref="TokenizerStepException">A step cannot be carried out.</exception>
    public static SplitSample Take(ImmutableArray<TokenizerStep> steps) => new(new TextPreTokenizer([.. steps.Select(WithoutPrefixSpace)]));

    /// <summary>Splits by patterns, one after the other.</summary>
    /// <exception cref="TokenizerStepException">A pattern is not supported.</exception>
    public static SplitSample Take(IEnumerable<string> patterns) => Take([.. patterns.Select(PatternStep), ByteLevelStep]);

    /// <summary>Splits all texts now.</summary>
    /// <exception cref="TokenizerStepException">A step cannot be carried out.</exception>
    public SplitSample SplitAll()
    {
        foreach (var index in Indices)
        {
            Pieces(index);
        }

        return this;
    }

    /// <summary>Whether all texts were split alike.</summary>
    public bool IsLike(SplitSample other) => Indices.All(index => Pieces(index).SequenceEqual(other.Pieces(index), StringComparer.Ordinal));

    /// <summary>How much alike the texts were split: the share of places where both or one split that both did, from 0 to 1.</summary>
    public double Similarity(SplitSample other) => Indices.Average(index =>
    {
        var (left, right) = (Boundaries(Pieces(index)), Boundaries(other.Pieces(index)));
        return (double)left.Intersect(right).Count() / left.Union(right).Count();
    });

    private static IEnumerable<int> Indices => Enumerable.Range(0, Texts.Length);

    private ImmutableArray<string> Pieces(int index)
    {
        lock (_pieces)
        {
            if (_pieces[index].IsDefault)
            {
                _pieces[index] = [.. _preTokenizer.Split(Texts[index]).Select(piece => piece.Text)];
            }

            return _pieces[index];
        }
    }

    private static HashSet<int> Boundaries(ImmutableArray<string> pieces)
    {
        var boundaries = new HashSet<int>();
        var position = 0;
        foreach (var piece in pieces)
        {
            boundaries.Add(position += piece.Length);
        }

        return boundaries;
    }

    private static TokenizerStep WithoutPrefixSpace(TokenizerStep step) => step.Type == "ByteLevel" ? step.With("add_prefix_space", false) : step;

    private static TokenizerStep PatternStep(string pattern)
    {
        using var document = JsonDocument.Parse($"{{\"pattern\":{{\"Regex\":\"{JsonEncodedText.Encode(pattern)}\"}},\"behavior\":\"Isolated\"}}");
        return new TokenizerStep("Split", document.RootElement.Clone());
    }

    private static TokenizerStep ByteLevelStep
    {
        get
        {
            using var document = JsonDocument.Parse("{\"add_prefix_space\":false,\"use_regex\":false}");
            return new TokenizerStep("ByteLevel", document.RootElement.Clone());
        }
    }
}
