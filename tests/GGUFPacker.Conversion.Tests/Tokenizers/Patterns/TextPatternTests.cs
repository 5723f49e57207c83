using System.Text.RegularExpressions;
using GGUFPacker.Conversion.Tokenizers;
using GGUFPacker.Conversion.Tokenizers.Patterns;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Patterns;

[ReadsGoldens]
public sealed class TextPatternTests
{
    [Theory]
    [InlineData(@"\p{L}+", "ab 𝔘𝔫𝔦 1", "ab", "𝔘𝔫𝔦")]
    [InlineData(@"[𐐀-𐑏]", "a𐐷b", "𐐷")]
    [InlineData(@"\s+(?!\S)|\s+", "a   b  ", "  ", " ", "  ")]
    [InlineData(@"\s", "\u00A0\u2028\u3000\u200B", "\u00A0", "\u2028", "\u3000")]
    [InlineData(@"\p{N}{1,3}", "1234567", "123", "456", "7")]
    [InlineData(@"\p{N}{1,3}+", "1234567", "1234567")]
    [InlineData(@"a{2}?", "aab", "aa", "")]
    [InlineData(@"a{,2}b", "aaab", "aab")]
    [InlineData(@"a{x}", "a{x}", "a{x}")]
    [InlineData(@"<.+?>", "<a><b>", "<a>", "<b>")]
    [InlineData(@"a++b|c", "aaabac", "aaab", "c")]
    [InlineData(@"(?>a+)a", "aaa")]
    [InlineData(@"(?i:'s|'LL)", "'S 'll 'ſ", "'S", "'ll", "'ſ")]
    [InlineData(@"(?i)k", "kK\u212A", "k", "K", "\u212A")]
    [InlineData(@"a(?i)b|c", "aBaC", "aB", "aC")]
    [InlineData(@"[^\s[.,]]+", "a.b, c", "a", "b", "c")]
    [InlineData(@"[\p{Lu}\p{Lo}&&[^\p{Han}]]", "A中あ", "A", "あ")]
    [InlineData(@"[^a&&\p{L}]+", "ab1", "b1")]
    [InlineData(@"[]a]+", "]a[", "]a")]
    [InlineData(@"[a\-z]+", "a-zb", "a-z")]
    [InlineData(@"[[:alpha:]]+|[[:^alpha:]]", "ab1", "ab", "1")]
    [InlineData(@"\p{Han}+|\P{Han}+", "ab中文c", "ab", "中文", "c")]
    [InlineData(@"\p{^L}", "a1", "1")]
    [InlineData(@"(?=(\d{3})+(?!\d))", "1234567", "", "")]
    [InlineData(@"\d{1,3}(?=(?:\d{3})*\b)", "1234567", "1", "234", "567")]
    [InlineData(@"(?<=a)b", "abcb", "b")]
    [InlineData(@"(?<!a)b", "abcb", "b")]
    [InlineData(@"^a|b$", "a\nab\nb", "a", "a", "b", "b")]
    [InlineData(@"(?:a*)*b", "aab", "aab")]
    [InlineData(@"\x41\u0042\x{43}\t", "ABC\t", "ABC\t")]
    [InlineData(@"(?<name>a)(?#comment)b", "ab", "ab")]
    [InlineData(@"\R", "\r\n\n", "\r\n", "\n")]
    public void A_pattern_matches_as_in_oniguruma(string pattern, string text, params string[] matches)
    {
        Assert.Equal(matches, Find(pattern, text));
    }

    [Theory]
    [InlineData(@"(a)\1")]
    [InlineData(@"\p{Klingon}")]
    [InlineData(@"(a")]
    [InlineData(@"a)")]
    [InlineData(@"[a")]
    [InlineData(@"[z-a]")]
    [InlineData(@"*a")]
    [InlineData(@"a{3,2}")]
    [InlineData(@"a{200000}")]
    [InlineData(@"(?:(?:(?:a{1000}){1000}){1000})")]
    [InlineData(@"(?x:a)")]
    [InlineData(@"\")]
    public void A_pattern_that_is_invalid_or_unsupported_is_refused(string pattern)
    {
        Assert.Throws<TokenizerStepException>(() => TextPattern.OfExpression(pattern));
    }

    [Fact]
    public void Groups_inside_each_other_without_end_are_refused()
    {
        Assert.Throws<TokenizerStepException>(() => TextPattern.OfExpression(new string('(', 100_000)));
        Assert.Throws<TokenizerStepException>(() => TextPattern.OfExpression(new string('[', 60_000)));
        Assert.Throws<TokenizerStepException>(() => TextPattern.OfExpression("a" + new string('+', 60_000)));
    }

    [Fact]
    public void A_pattern_that_backtracks_without_end_is_stopped()
    {
        var pattern = TextPattern.OfExpression(@"(?:a+)+b");

        Assert.Throws<TokenizerStepException>(() => pattern.Find(new string('a', 100)).Count());
    }

    [Fact]
    public void A_plain_text_is_no_expression()
    {
        Assert.Equal([(1, 3)], TextPattern.OfText(".*").Find("a.*b"));
    }

    // .NET's expressions agree where neither case, astral letters, \w nor line anchors come in.
    [Fact]
    public void Random_patterns_match_as_in_dotnet()
    {
        var random = new Random(20260801);
        for (var count = 0; count < 3000; count++)
        {
            var pattern = RandomChoices(random, depth: 0);
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Pick(random, "a", "b", "A", "1", "2", " ", "\n", "é", "中", "-", "'", ".")));
            var expected = new Regex(pattern, RegexOptions.CultureInvariant).Matches(text).Select(match => (match.Index, match.Index + match.Length)).ToList();

            // .NET takes an empty match where the one before it ended; the library does not.
            expected = [.. expected.Where((match, index) => match.Index != match.Item2 || index == 0 || expected[index - 1].Item2 != match.Index)];

            Assert.Equal(expected, TextPattern.OfExpression(pattern).Find(text));
        }
    }

    private static string RandomChoices(Random random, int depth) =>
        string.Join('|', Enumerable.Range(0, random.Next(1, 4)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomPart(random, depth)))));

    private static string RandomPart(Random random, int depth)
    {
        var part = (random.Next(10), depth) switch
        {
            ( < 3, _) => Pick(random, "a", "b", "1", " ", "é", "中", "-", "'", @"\.", @"\n"),
            ( < 5, _) => Pick(random, @"\p{L}", @"\p{N}", @"\s", @"\S", @"\d", @"\p{Lu}", @"\P{L}"),
            ( < 8, _) or (_, > 1) => $"[{Pick(random, "", "^")}{Pick(random, "a", "1", @"\s", @"\p{L}", "b-é")}{Pick(random, "", " ", @"\p{N}", "中", @"\n")}]",
            // Repeated groups would make some patterns run for hours.
            (8, _) => $"(?:{RandomChoices(random, depth + 1)})",
            _ => $"(?{Pick(random, "=", "!")}{RandomChoices(random, depth + 1)})",
        };

        return part.StartsWith("(?", StringComparison.Ordinal)
            ? part + (part[2] == ':' ? Pick(random, "", "?", "{2}") : "")
            : part + Pick(random, "", "", "", "*", "+", "?", "*?", "+?", "{1,2}", "{2,}");
    }

    private static string Pick(Random random, params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];

    private static IEnumerable<string> Find(string pattern, string text) => TextPattern.OfExpression(pattern).Find(text).Select(match => text[match.Start..match.End]);
}
