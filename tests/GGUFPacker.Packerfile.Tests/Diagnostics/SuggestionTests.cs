using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests.Diagnostics;

public sealed class SuggestionTests
{
    public static IEnumerable<TheoryDataRow<int>> Rows =>
        Enumerable.Range(0, GoldenRows.Read("packer", "units", "suggestions.json").Count).Select(i => new TheoryDataRow<int>(i));

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Suggestion_is_that_of_the_original(int index)
    {
        var row = GoldenRows.Read("packer", "units", "suggestions.json")[index];
        var ignoreCase = !row.GetProperty("caseSensitive").GetBoolean();
        var found = Suggestion.Find(row.GetProperty("word").Text(), row.GetProperty("options").Texts(), ignoreCase);
        Assert.Equal(row.GetProperty("found").GetBoolean() ? row.GetProperty("result").Text() : null, found);
    }
}
