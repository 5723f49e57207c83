using System.Text.Json;
using GGUFPacker.Conversion.Tests.Tokenizers;
using GGUFPacker.Testing;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>What we convert loads and runs in the real llama.cpp where the reference's result does (loads.json of the goldens), and is refused where that is.</summary>
[Trait("Category", "RealParts")]
public sealed class LlamaLoadTests(LlamaTrials trials) : IClassFixture<LlamaTrials>, IDisposable
{
    // Vocabularies have nothing to run, llama.cpp reads only the byte order of its machine, and layers that predict further tokens run only beside their model.
    private static readonly string[] OptionsOfParts = ["--vocab-only", "--bigendian", "--mtp"];

    private readonly TemporaryFolder _output = new();

    /// <summary>The cases of which loads.json tells something.</summary>
    public static IEnumerable<TheoryDataRow<string>> Cases(string folder)
    {
        var path = Goldens.Path("convert", "loads.json");
        if (!File.Exists(path))
        {
            return [];
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var loads = document.RootElement;
        return
        [
            .. Goldens.Files(folder, "*.json")
                .Select(GoldenConversion.Read)
                .Where(golden => !golden.Fails && IsRecorded(loads, golden))
                .Select(golden => new TheoryDataRow<string>(golden.Name)),
        ];
    }

    [Theory]
    [GoldenData(nameof(Cases), "convert/expected")]
    public async Task The_real_library_loads_and_runs_what_we_convert(string name)
    {
        Assert.SkipWhen(LlamaFolder.Path is null, $"{LlamaFolder.Variable} does not name a folder with llama.cpp's libraries.");
        var golden = GoldenConversion.Read(Goldens.Path("convert", "expected", $"{name}.json"));
        Assert.SkipWhen(golden.Options.Contains("--mmproj"), "A projector is loaded by clip.cpp, which is not in llama.cpp's npm package.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("convert", "loads.json")));
        var recorded = Recorded(document.RootElement, golden);
        var loads = recorded.ValueKind == JsonValueKind.True;
        Assert.SkipWhen(!loads && golden.Options.Intersect(OptionsOfParts).Any(), $"A part of a model: {recorded}.");
        var files = GoldenCheckpoint.Open(golden.Model);
        Assert.SkipWhen(files is null, "The checkpoint is not in this set of goldens.");

        var converted = (await golden.ConvertAsync(files, _output.Path, threads: 2))[0];
        var problem = golden.Base is { } adapted
            ? await trials.TryAsync(await BaseModel.ConvertAsync(adapted), converted, TestContext.Current.CancellationToken)
            : await trials.TryAsync(converted, adapterPath: null, TestContext.Current.CancellationToken);

        // Null means that it loaded and ran.
        if (loads)
        {
            Assert.Null(problem);
        }
        else
        {
            Assert.NotNull(problem);
            TestContext.Current.TestOutputHelper?.WriteLine($"Refused as recorded ({recorded}): {problem}");
        }
    }

    public void Dispose() => _output.Dispose();

    private static bool IsRecorded(JsonElement loads, GoldenConversion golden) => Recorded(loads, golden).ValueKind != JsonValueKind.Undefined;

    // Recorded by case, variant and type, without the type, or for the whole case; then it does not mean files that are only a part.
    private static JsonElement Recorded(JsonElement loads, GoldenConversion golden)
    {
        var withoutType = golden.Name[..Math.Max(golden.Name.LastIndexOf('.'), 0)];
        if (loads.TryGetProperty(golden.Name, out var result) || loads.TryGetProperty(withoutType, out result))
        {
            return result;
        }

        return !golden.Options.Intersect(OptionsOfParts).Any() && loads.TryGetProperty(golden.Case, out result) ? result : default;
    }
}
