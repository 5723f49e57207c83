using System.Text;
using GGUFPacker.Conversion.Tokenizers.Normalization;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Normalization;

/// <summary>Texts and their forms, as in Unicode's NormalizationTest.txt.</summary>
public sealed class UnicodeNormalizerTests
{
    [Theory]
    [InlineData("plain", "plain", "plain", "plain", "plain")]
    [InlineData("\u00E9", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("e\u0301", "\u00E9", "e\u0301", "\u00E9", "e\u0301")]
    [InlineData("\u212B", "\u00C5", "A\u030A", "\u00C5", "A\u030A")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("\uD55C\uAE00", "\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF", "\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b", "a\u05AE\u0300\u0300\u0315b", "\u00E0\u05AE\u0300\u0315b", "a\u05AE\u0300\u0300\u0315b")]
    [InlineData("a\u0323\u0302", "\u1EAD", "a\u0323\u0302", "\u1EAD", "a\u0323\u0302")]
    [InlineData("\u1100\u0300\u1161", "\u1100\u0300\u1161", "\u1100\u0300\u1161", "\u1100\u0300\u1161", "\u1100\u0300\u1161")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [InlineData("\U00011099\U000110BA", "\U0001109A", "\U00011099\U000110BA", "\U0001109A", "\U00011099\U000110BA")]
    [InlineData("½", "½", "½", "1⁄2", "1⁄2")]
    public void A_text_has_its_four_forms(string text, string formC, string formD, string formKC, string formKD)
    {
        Assert.Equal(formC, UnicodeNormalizer.Normalize(text, NormalizationForm.FormC));
        Assert.Equal(formD, UnicodeNormalizer.Normalize(text, NormalizationForm.FormD));
        Assert.Equal(formKC, UnicodeNormalizer.Normalize(text, NormalizationForm.FormKC));
        Assert.Equal(formKD, UnicodeNormalizer.Normalize(text, NormalizationForm.FormKD));
    }

    [Fact]
    public void Forms_of_forms_are_themselves()
    {
        var random = new Random(12);
        for (var count = 0; count < 2000; count++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => RandomRune(random).ToString()));
            var composed = UnicodeNormalizer.Normalize(text, NormalizationForm.FormC);
            var decomposed = UnicodeNormalizer.Normalize(text, NormalizationForm.FormD);

            Assert.Equal(composed, UnicodeNormalizer.Normalize(composed, NormalizationForm.FormC));
            Assert.Equal(composed, UnicodeNormalizer.Normalize(decomposed, NormalizationForm.FormC));
            Assert.Equal(decomposed, UnicodeNormalizer.Normalize(composed, NormalizationForm.FormD));
        }
    }

    private static Rune RandomRune(Random random)
    {
        var limits = new[] { 0x80, 0x370, 0x2000, 0x3000, 0x1E000 };
        int value;
        do
        {
            value = random.Next(1, limits[random.Next(limits.Length)]);
        }
        while (!Rune.IsValid(value));

        return new Rune(value);
    }
}
