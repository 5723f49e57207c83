using GGUFPacker.Conversion.Tokenizers.Detection;

namespace GGUFPacker.Conversion.Tests.Tokenizers.Detection;

public sealed class PreTokenizerCatalogTests
{
    // deepseek-llm and falcon: digits; gpt-4o and tekken: letters without case and marks; seed-coder: its tokenizer splits off s, d, m and t.
    private const string KnownDifferences = "deepseek-llm falcon gpt-4o seed-coder tekken";

    private static readonly PreTokenizerCatalog Catalog = PreTokenizerCatalog.Instance;

    [Fact]
    public void A_hash_that_stands_twice_has_the_later_name()
    {
        Assert.Equal(95, Catalog.Hashes.Count);
        Assert.Equal("olmo", Catalog.Hashes["b6dc8df998e1cfbdc4eac8243701a65afe638679230920b50d6f17d81c098166"]);
        Assert.Equal("jina-v2-en", Catalog.Hashes["0876d13b50744004aa9aeae05e7b0647eac9d801b5ba4668afc01e709c15e19f"]);
    }

    [Fact]
    public void The_test_text_is_the_reference_text()
    {
        Assert.Equal(
            "A36179C1E2B1CFCFBFAD1DC779ADDAD2FFC778201E4CF0D538BDDEAFA2C526DA",
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(TokenizerTestText.Text))));
    }

    [Fact]
    public void Ids_are_hashed_as_a_python_list()
    {
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("[1, 2, 3]"u8)), TokenizerTestText.Hash([1, 2, 3]));
    }

    [Fact]
    public void A_name_belongs_to_one_family_at_most()
    {
        var names = Catalog.Families.SelectMany(family => family.Names).ToList();

        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
        Assert.All(Catalog.Families.SelectMany(family => family.WholeWordNames), name => Assert.Contains(name, names));
    }

    // Otherwise the sample could not tell which family a tokenizer belongs to.
    [Fact]
    public void The_sample_tells_all_families_apart()
    {
        for (var first = 0; first < Catalog.Families.Length; first++)
        {
            for (var second = first + 1; second < Catalog.Families.Length; second++)
            {
                var (left, right) = (Catalog.Families[first], Catalog.Families[second]);
                var message = $"{left.Names[0]} and {right.Names[0]}";

                Assert.False(left.PatternSample is { } patterns && right.PatternSample is { } others && patterns.IsLike(others), message);
                Assert.False(left.StructureSamples.Any(sample => right.StructureSamples.Any(sample.IsLike)), message);
            }
        }
    }

    // Where they differ, llama.cpp's name stands for a tokenizer that it does not split exactly as published.
    [Fact]
    public void Published_structures_are_split_as_by_llama_cpp_but_for_the_known_ones()
    {
        var different = Catalog.Families
            .Where(family => family.PatternSample is { } patterns && family.StructureSamples.Any(sample => !sample.IsLike(patterns)))
            .Select(family => family.Names[0]);

        Assert.Equal(KnownDifferences, string.Join(" ", different.Order(StringComparer.Ordinal)));
    }
}
