using System.Text.Json;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>The sample's checkpoint through the whole engine: the files must be those that llama.cpp's converter and quantizer give.</summary>
public sealed class AustenTests : IDisposable
{
    private static readonly string Checkpoint = Path.Combine(Goldens.RepositoryRoot, "samples", "Austen", "austen");
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string, string> Conversions()
    {
        var cases = new TheoryData<string, string>();
        foreach (var path in Goldens.Files("austen/expected", "*.json"))
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(path));
            cases.Add(golden.RootElement.GetProperty("options")[1].GetString()!, golden.RootElement.GetProperty("file").GetProperty("sha256").GetString()!);
        }

        return cases;
    }

    public static TheoryData<string, string> Quantizations()
    {
        var cases = new TheoryData<string, string>();
        using var reference = JsonDocument.Parse(File.ReadAllBytes(Goldens.InRepository("austen", "reference.json")));
        foreach (var file in reference.RootElement.GetProperty("perplexity").GetProperty("files").EnumerateObject())
        {
            cases.Add(file.Name, file.Value.GetProperty("sha256").GetString()!);
        }

        return cases;
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [GoldenData(nameof(Conversions))]
    public async Task A_conversion_has_the_reference_bytes(string type, string sha256) =>
        Assert.Equal(sha256, await BuildAsync($"FROM scratch\nCONVERT --from=model --type={type} . /austen.gguf\n"));

    [Theory]
    [GoldenData(nameof(Quantizations))]
    public async Task A_quantization_of_the_unwritten_conversion_has_the_reference_bytes(string name, string sha256)
    {
        const string imatrix = " with imatrix";
        var type = name.Replace(imatrix, "", StringComparison.Ordinal);
        Assert.SkipWhen(!QuantizeType.TryParse(type, out _) || name is "F32" or "F16" or "BF16", $"'{name}' is made by CONVERT, which has its own cases.");
        var flags = type == name ? "" : " --imatrix=austen.imatrix.gguf --imatrix-from=matrix";
        Assert.Equal(sha256, await BuildAsync($"""
            FROM scratch AS convert
            CONVERT --from=model --type=auto . /austen.gguf
            FROM scratch
            QUANTIZE --from=convert --type={type}{flags} austen.gguf /austen.q.gguf
            """));
    }

    private async Task<string> BuildAsync(string text)
    {
        using var store = ContentStore.Open(Path.Combine(_directory.Path, "store"));
        var request = new BuildRequest
        {
            PackerfilePath = _directory.Write("GGUFPackerfile", text),
            ContextDirectory = _directory.Path,
            NamedContexts = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("model", Checkpoint).Add("matrix", Goldens.InRepository("austen")),
        };
        var result = await new EmbeddedBuildEngine(store).BuildAsync(request, null, TestContext.Current.CancellationToken);
        Assert.Equal(text.Contains("QUANTIZE", StringComparison.Ordinal) ? 2 : 1, result.StepsRun);
        Assert.Equal(1, result.Totals.Written.Files);
        var file = Assert.Single(result.Images[0].Files);
        using var model = GgufFile.Open(file.StorePath);
        if (!model.Metadata.Any(item => item.Key.StartsWith(ModelWithoutKeys.Imatrix, StringComparison.Ordinal)))
        {
            return file.Digest.Hex;
        }

        // The reference was made with the library, which does not name the matrix in the file.
        using var bytes = new MemoryStream();
        await GgufModelWriter.WriteAsync(new ModelWithoutKeys(model, ModelWithoutKeys.Imatrix), bytes, cancellationToken: TestContext.Current.CancellationToken);
        return Digest.Of(bytes.ToArray()).Hex;
    }
}
