using System.Text;
using System.Text.Json.Nodes;
using GGUFPacker.Build.Images;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Images;

/// <summary>
/// The configs of the images that the original built, to the byte. What the build's engine decides (command after expansion, history, diff IDs,
/// times) is taken from the recorded config;
/// files, descriptions, labels and the form are made here.
/// </summary>
public sealed class ModelImageConfigGoldenTests
{
    /// <summary>Where our config differs on purpose: when, at which members, why.</summary>
    private static readonly (string Why, Func<RecordedImage, bool> When, Func<string, bool> Where)[] IntendedDifferences =
    [
        ("The original lists the adapters of a base image again when it takes over the base's command.",
            image => image.Base is not null && !image.HasOwnCommand, path => path.StartsWith("Adapters/", StringComparison.Ordinal)),
        ("The original keeps the base's drafter, projector and adapters under a new command that does not name them.",
            image => image.Base is not null && image.HasOwnCommand, path => path.Split('/')[0] is "Drafter" or "Projector" or "Adapters"),
        ("The original keeps labels that describe the base's model under a new command.",
            image => image.Base is not null && image.HasOwnCommand,
            path => path.StartsWith("Labels/gguf.model.", StringComparison.Ordinal)
                || path.StartsWith("Labels/org.opencontainers.image.", StringComparison.Ordinal)),
        ("The original keeps the base's own time, base name and base digest as labels.",
            image => image.Base is not null,
            path => path is "Labels/org.opencontainers.image.created" or "Labels/org.opencontainers.image.base.name"
                or "Labels/org.opencontainers.image.base.digest"),
        ("The original takes the file type's name from another enumeration from 11 on (Q6_K/Q4_K_S for Q4_K_S).",
            image => image.FileType >= 11, path => path == "Labels/gguf.model.filetype"),
    ];

    public static TheoryData<string> Images => [.. RecordedImage.Folders().DefaultIfEmpty("")];

    [Theory]
    [GoldenData(nameof(Images))]
    public void The_config_is_the_originals(string folder)
    {
        Assert.SkipWhen(folder.Length == 0, "The recorded images are not here.");
        var image = RecordedImage.Read(folder);

        var actual = Encoding.UTF8.GetString(ModelImageConfig.Create(image.Options, image.Open).ToBytes());

        var expected = image.Expected;
        if (actual == expected)
        {
            return;
        }

        var reasons = IntendedDifferences.Where(difference => difference.When(image)).ToArray();
        var differences = Differences("", JsonNode.Parse(expected), JsonNode.Parse(actual)).ToArray();
        Assert.True(differences.Length > 0, $"{folder} has the same values but other bytes");
        Assert.All(differences, path => Assert.True(
            path.StartsWith("/config/", StringComparison.Ordinal)
                && Array.Exists(reasons, reason => reason.Where(path["/config/".Length..])), $"{folder} differs at {path}"));
    }

    [Fact]
    public void A_config_reads_back_as_it_was_written()
    {
        foreach (var folder in RecordedImage.Folders())
        {
            var bytes = Encoding.UTF8.GetBytes(RecordedImage.Read(folder).Expected);
            Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(ModelImageConfig.Parse(bytes).ToBytes()));
        }
    }

    private static IEnumerable<string> Differences(string path, JsonNode? expected, JsonNode? actual)
    {
        if (expected is JsonObject left && actual is JsonObject right)
        {
            return left.Select(member => member.Key).Union(right.Select(member => member.Key))
                .SelectMany(name => Differences($"{path}/{name}", left[name], right[name]));
        }

        if (expected is JsonArray many && actual is JsonArray others)
        {
            return Enumerable.Range(0, Math.Max(many.Count, others.Count))
                .SelectMany(i => Differences($"{path}/{i}", many.ElementAtOrDefault(i), others.ElementAtOrDefault(i)));
        }

        return expected?.ToJsonString() != actual?.ToJsonString() ? [path] : [];
    }
}
