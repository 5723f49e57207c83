using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Cli.Output;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Output;

public sealed class BoxTableTests
{
    public static IEnumerable<TheoryDataRow<string>> Scenarios =>
        Goldens.Files("packer/cli", "estimate-*.json").Select(file => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(file)));

    /// <summary>The original's tables, taken apart and drawn again.</summary>
    [Theory]
    [GoldenData(nameof(Scenarios))]
    public void Tables_are_drawn_as_the_original_draws_them(string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Goldens.Path("packer", "cli", name + ".json")));
        var tables = json.RootElement.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("stdout").GetString()!).Where(text => text.StartsWith("+-", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(tables);
        foreach (var table in tables)
        {
            var lines = table.Split('\n').Where(line => line.StartsWith('|') && !line.Contains("+-", StringComparison.Ordinal)).Select(Cells).ToArray();
            var groups = lines[0].Select(header => (header, header == "RAM" || header.Contains("VRAM", StringComparison.Ordinal) || header.Contains("(V)RAM", StringComparison.Ordinal)
                ? (ImmutableArray<string>)[header == "RAM" ? "LAYERS (I + T + O)" : "LAYERS (T + O)", "UMA", "NONUMA"] : [])).ToArray();

            // Two devices of one name are drawn as one: see EstimateGoldenTests.
            if (groups.Sum(group => Math.Max(1, group.Item2.Length)) != lines[1].Length)
            {
                continue;
            }

            var drawn = new BoxTable(groups);
            var above = new string[lines[1].Length];
            foreach (var row in lines[2..])
            {
                above = [.. row.Zip(above, (cell, same) => cell.Length == 0 ? same : cell)];
                drawn.Add(above);
            }

            var writer = new StringWriter { NewLine = "\n" };
            drawn.Write(writer);
            Assert.Equal(table, writer.ToString());
        }
    }

    [Fact]
    public void A_group_s_long_name_widens_its_columns()
    {
        var table = new BoxTable([("A long name of a group", ["A", "B"])]);
        table.Add(["1", "2"]);
        var writer = new StringWriter { NewLine = "\n" };
        table.Write(writer);
        Assert.Single(writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Length).Distinct());
    }

    private static string[] Cells(string line) => [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];
}
