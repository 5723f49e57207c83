using System.Text.Json;
using System.Text.RegularExpressions;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Estimates;

/// <summary>The form of <c>estimate --json</c>, which programs read. A change that this test sees needs a new number in <c>schema</c>, unless it only adds members.</summary>
public sealed class EstimateSchemaTests : IDisposable
{
    private const string Device =
        "compute Number, footprint Number, handleLastLayer Number, handleLayers Number, handleOutputLayer Boolean, kind String, kv Number, mappedWeights Number, memory Number, "
        + "name String, nonuma Number, output Number, position Number, remote Boolean, staging Number, total Number, uma Number, weights Number";

    private static readonly (string Owner, string Members)[] Schema =
    [
        ("", "architecture String, contextSize Number, distributable Boolean, embeddingOnly Boolean, engine Object, flashAttention Boolean, items Array, logicalBatchSize Number, name String, "
            + "noMMap Boolean, physicalBatchSize Number, reranking Boolean, schema Number, tensorBytes Number, type String"),
        ("engine", "name String, version String"),
        ("items", "confidence String, fits Boolean, fullOffloaded Boolean, maximumTokensPerSecond Number, offloadLayers Number, parts Array, ram Object, resolved Object, vrams Array"),
        ("items.ram", Device),
        ("items.vrams", Device),
        ("items.resolved", "flash_attention Boolean, kv_unified Boolean, n_batch Number, n_ctx Number, n_ctx_seq Number, n_gpu_layers Number, n_outputs Number, n_seq Number, n_ubatch Number, pipeline Number"),
        ("items.parts", "architecture String, confidence String, ram Number, role String, vrams Array"),
    ];

    private readonly CliRunner _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task The_form_is_the_documented_one()
    {
        var (metadata, tensors) = TestModels.Llama(2, 256, 1000, TensorType.F16);
        var file = TestModels.FileOf(metadata, tensors);
        await File.WriteAllBytesAsync(_cli["model.gguf"], file.Read(0, file.Length), TestContext.Current.CancellationToken);
        var output = (await _cli.RunAsync(
            "estimate", "model.gguf", "--json", "--devices", "24GiB,24GiB", "--max-ram", "64GiB", "--device-metric", "1TFLOPS;50GBps", "--mmproj", Goldens.Path("packer", "gguf", "tiny-mmproj.F16.gguf"))).Succeeded().Output;
        using var json = JsonDocument.Parse(output);

        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect(json.RootElement, "", found);

        Assert.Equal(Schema.OrderBy(entry => entry.Owner, StringComparer.Ordinal).Select(entry => $"{entry.Owner}: {entry.Members}"), found.Select(entry => $"{entry.Key}: {entry.Value}"));
        Assert.Equal(1, json.RootElement.GetProperty("schema").GetInt32());

        var page = File.ReadAllText(Path.Combine(Goldens.RepositoryRoot, "docs", "estimate.md"));
        var documented = Regex.Matches(page[page.IndexOf("## JSON", StringComparison.Ordinal)..], "`([A-Za-z_.\\[\\]]+)`").Select(match => match.Groups[1].Value.Split('.')[^1].Replace("[]", "", StringComparison.Ordinal)).ToHashSet();
        Assert.Empty(Schema.SelectMany(entry => entry.Members.Split(", ")).Select(member => member.Split(' ')[0]).Where(member => member is not "engine").Except(documented));
    }

    private static void Collect(JsonElement element, string path, SortedDictionary<string, string> found)
    {
        foreach (var item in element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : new[] { element })
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            found[path] = string.Join(", ", item.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{member.Name} {KindOf(member.Value)}"));
            foreach (var member in item.EnumerateObject())
            {
                Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", found);
            }
        }
    }

    private static string KindOf(JsonElement element) => element.ValueKind is JsonValueKind.True or JsonValueKind.False ? "Boolean" : element.ValueKind.ToString();
}
