using GGUFPacker.Product.Tests.Sample;
using GGUFPacker.Testing;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Product.Tests.LlamaCpp;

/// <summary>The real llama.cpp loads the sample's files, and they say what they said to the reference.</summary>
[Trait("Category", "RealParts")]
public sealed class LlamaLibraryTests(AustenFiles files) : IClassFixture<AustenFiles>
{
    // The library's CPU backends differ in the order of their sums.
    private const double PerplexityTolerance = 0.05;

    public static IEnumerable<ITheoryDataRow> Files { get; } = GoldenRows.Of(AustenReference.Files);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task The_file_loads_and_has_the_recorded_perplexity(string name)
    {
        LlamaLibrary.RequireOrSkip();
        using var model = LlamaModel.Load(await files.MakeAsync(name, TestContext.Current.CancellationToken));
        var recorded = AustenReference.Root.GetProperty("perplexity");
        var text = await File.ReadAllTextAsync(Goldens.InRepository("austen", recorded.GetProperty("text").GetString()!), TestContext.Current.CancellationToken);
        var tokens = model.Tokenize(text);
        Assert.Equal(recorded.GetProperty("tokens").GetInt32(), tokens.Length);

        var (perplexity, scored) = model.Perplexity(tokens, recorded.GetProperty("chunk_size").GetInt32());
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {perplexity:F6}");
        Assert.Equal(recorded.GetProperty("scored").GetInt32(), scored);
        Assert.Equal(AustenReference.Of(name).GetProperty("perplexity").GetDouble(), perplexity, PerplexityTolerance);
    }

    [Fact]
    public async Task The_unquantized_model_continues_as_recorded()
    {
        LlamaLibrary.RequireOrSkip();
        Assert.SkipUnless(AustenReference.Files.Any(), "No reference data.");
        var greedy = AustenReference.Root.GetProperty("greedy");
        using var model = LlamaModel.Load(await files.MakeAsync(greedy.GetProperty("file").GetString()!, TestContext.Current.CancellationToken));
        foreach (var item in greedy.GetProperty("prompts").EnumerateArray())
        {
            var prompt = model.Tokenize(item.GetProperty("prompt").GetString()!);
            Assert.Equal(item.GetProperty("prompt_tokens").EnumerateArray().Select(token => token.GetInt32()), prompt);

            var contextSize = AustenReference.Root.GetProperty("context").GetProperty("greedy").GetInt32();
            var tokens = model.Continue(prompt, greedy.GetProperty("tokens").GetInt32(), contextSize);
            Assert.Equal(item.GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32()), tokens);
            Assert.Equal(item.GetProperty("text").GetString(), model.TextOf(tokens));
        }
    }
}
