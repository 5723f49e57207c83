using System.Text.Json;
using GGUFPacker.Packerfile.Ignoring;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests.Ignoring;

/// <summary>goldens/language/ignore: what github.com/moby/patternmatcher finds, on Linux.</summary>
public sealed class IgnoreGoldenTests
{
    private static readonly string[] Cases = ["language", "ignore", "cases.json"];
    private static readonly string[] Files = ["language", "ignore", "files.json"];

    private static readonly string[] PackerFiles = ["packer", "units", "ignoreFiles.json"];

    public static IEnumerable<TheoryDataRow<string>> CaseRows => GoldenRows.Names(Cases);

    public static IEnumerable<TheoryDataRow<string>> FileRows => GoldenRows.Names(Files);

    [Theory]
    [GoldenData(nameof(CaseRows))]
    public void Path_matches_as_for_the_reference(string name)
    {
        var row = GoldenRows.Row(name, Cases);
        var path = row.GetProperty("path").Text();
        IgnorePatterns patterns;
        try
        {
            patterns = new(row.GetProperty("patterns").Texts());
        }
        catch (FormatException)
        {
            Assert.True(row.TryGetProperty("patternError", out _), "the pattern is refused");
            return;
        }

        Assert.False(row.TryGetProperty("patternError", out var error), $"the pattern is accepted: {error}");
        Assert.Equal(row.GetProperty("exclusions").GetBoolean(), patterns.HasExceptions);
        if (row.TryGetProperty("matchError", out _))
        {
            Assert.Throws<FormatException>(() => patterns.Matches(path));
            return;
        }

        Assert.Equal(row.GetProperty("matched").GetBoolean(), patterns.Matches(path));
        Assert.Equal(row.GetProperty("matchedNoParentInfo").GetBoolean(), patterns.Match(path, default).IsIgnored);
        var parent = default(IgnoreMatch);
        foreach (var step in row.TryGetProperty("walk", out var walk) ? walk.EnumerateArray() : [])
        {
            parent = patterns.Match(step.GetProperty("path").Text(), parent);
            Assert.Equal(step.GetProperty("matched").GetBoolean(), parent.IsIgnored);
        }
    }

    public static IEnumerable<TheoryDataRow<int>> PackerRows =>
        Enumerable.Range(0, GoldenRows.Read(PackerFiles).Count).Select(index => new TheoryDataRow<int>(index));

    /// <summary>goldens/packer/units: ignore files of the original, and what they leave out.</summary>
    [Theory]
    [GoldenData(nameof(PackerRows))]
    public void File_leaves_out_what_it_does_for_the_original(int index)
    {
        var row = GoldenRows.Read(PackerFiles)[index];
        var read = IgnoreFile.ReadPatterns(row.GetProperty("file").Bytes());
        Assert.Equal(row.GetProperty("patterns").Texts(), read);
        if (row.TryGetProperty("patternsError", out _))
        {
            Assert.Throws<FormatException>(() => new IgnorePatterns(read));
            return;
        }

        var patterns = new IgnorePatterns(read);
        foreach (var match in row.TryGetProperty("matches", out var matches) ? matches.EnumerateObject() : [])
        {
            Assert.True(match.Value.GetBoolean() == patterns.Matches(match.Name), match.Name);
        }
    }

    [Theory]
    [GoldenData(nameof(FileRows))]
    public void File_is_read_as_by_the_reference(string name)
    {
        var row = GoldenRows.Row(name, Files);
        if (row.TryGetProperty("error", out _))
        {
            Assert.Throws<FormatException>(() => IgnoreFile.ReadPatterns(row.GetProperty("input").Bytes()));
            return;
        }

        Assert.Equal(row.GetProperty("patterns").Texts(), IgnoreFile.ReadPatterns(row.GetProperty("input").Bytes()));
    }
}
