using System.Text.Json;
using GGUFPacker.Oci.References;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.References;

/// <summary>Names of models as the original takes them on its command line.</summary>
public sealed class ModelNameGoldenTests
{
    // Where names mean something else here, because they are read as Docker and BuildKit read them: what the name is like, and why.
    private static readonly (Func<string, JsonElement, bool> Applies, string Reason)[] Differences =
    [
        ((_, row) => Error(row).Contains("between 2 and 255", StringComparison.Ordinal), "A repository's name may have one character, as Docker's may."),
        ((name, _) => name.Contains("@sha256:", StringComparison.Ordinal), "A name may have a digest."),
        ((name, _) => name.StartsWith("localhost/", StringComparison.Ordinal), "localhost is a registry, as it is for Docker."),
        ((name, _) => name.StartsWith('/') || name.StartsWith('.'), "A path is no image."),
    ];

    public static TheoryData<string> Rows()
    {
        var rows = new TheoryData<string>();
        foreach (var file in Goldens.Files("packer/units", "modelNames.json"))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            rows.AddRange(json.RootElement.EnumerateArray().Select(row => row.GetRawText()));
        }

        return rows;
    }

    [Theory]
    [GoldenData(nameof(Rows))]
    public void A_name_means_what_it_means_to_the_original(string text)
    {
        using var json = JsonDocument.Parse(text);
        var row = json.RootElement;
        var name = row.GetProperty("name").GetString()!;
        var parsed = ImageReference.TryParse(name, out var reference, out _);
        if (Differences.FirstOrDefault(difference => difference.Applies(name, row)).Reason is { } reason)
        {
            Assert.Skip(reason);
        }

        Assert.Equal(row.TryGetProperty("tag", out var tag), parsed);
        if (parsed)
        {
            Assert.Equal(tag.GetProperty("registry").GetString() is "index.docker.io" ? "docker.io" : tag.GetProperty("registry").GetString(), reference!.Registry.Name);
            Assert.Equal(tag.GetProperty("repository").GetString(), reference.Repository);
            Assert.Equal(tag.GetProperty("tag").GetString(), reference.WithDefaultTag().Tag);
        }
    }

    private static string Error(JsonElement row) => row.TryGetProperty("tagError", out var error) ? error.GetString()! : "";
}
