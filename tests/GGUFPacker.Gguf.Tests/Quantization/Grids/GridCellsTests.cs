using GGUFPacker.Gguf.Quantization.Grids;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Grids;

[ReadsGoldens]
public sealed class GridCellsTests
{
    // Name, points, and how many different distances a cell's candidates are at.
    public static TheoryData<string, int, int> Grids() => new()
    {
        { nameof(Grid.Iq2Xxs), 256, 2 },
        { nameof(Grid.Iq2Xs), 512, 2 },
        { nameof(Grid.Iq2S), 1024, 1 },
        { nameof(Grid.Iq1), 2048, 3 },
        { nameof(Grid.Iq3Xxs), 256, 2 },
        { nameof(Grid.Iq3S), 512, 3 },
    };

    [Theory]
    [MemberData(nameof(Grids))]
    public void Points_are_different_and_known_by_their_levels(string name, int points, int distances)
    {
        _ = distances;
        var grid = Find(name);
        Assert.Equal(points, grid.Points.Length);
        Assert.Equal(points, grid.Points.ToArray().Distinct().Count());
        for (var i = 0; i < points; i++)
        {
            Assert.Equal(i, grid.Cells.PointNumber(grid.Points[i]));
            Assert.All(Levels(grid, grid.Points[i]), level => Assert.InRange(level, 0, grid.Levels - 1));
        }
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void Candidates_are_all_points_at_the_nearest_distances_in_order(string name, int points, int distances)
    {
        _ = points;
        var grid = Find(name);
        var all = grid.Points.ToArray();
        for (var number = 0; number < grid.Cells.Cells.Length; number += 37)
        {
            var levels = CellLevels(grid, number);
            var cell = grid.Cells.Cells[number];
            var byDistance = all.Select((code, i) => (Distance: Distance(levels, Levels(grid, code)), Index: i)).Order().ToList();
            if (cell.IsPoint)
            {
                Assert.Equal((0, grid.Cells.PointNumber(cell.Code)), byDistance[0]);
                continue;
            }

            var wanted = byDistance.Select(point => point.Distance).Distinct().Take(distances).ToHashSet();
            var expected = byDistance.Where(point => wanted.Contains(point.Distance)).Select(point => all[point.Index]).ToArray();
            var run = grid.Cells.Candidates[cell.First..];
            Assert.Equal(expected, run[..cell.Count].ToArray());

            // What fills up the last run is the first candidate again.
            Assert.Equal(0, cell.First % GridCells.RunLength);
            var filled = (cell.Count + GridCells.RunLength - 1) / GridCells.RunLength * GridCells.RunLength;
            Assert.All(run[cell.Count..filled].ToArray(), code => Assert.Equal(expected[0], code));
        }
    }

    private static Grid Find(string name) => (Grid)typeof(Grid).GetProperty(name)!.GetValue(null)!;

    private static int[] Levels(Grid grid, int code) => [.. Enumerable.Range(0, grid.Dimensions).Select(d => grid.Level(code, d))];

    private static int[] CellLevels(Grid grid, int number) =>
        [.. Enumerable.Range(0, grid.Dimensions).Select(d => number / (int)Math.Pow(grid.Levels, d) % grid.Levels)];

    private static int Distance(int[] left, int[] right) => left.Zip(right, (l, r) => (l - r) * (l - r)).Sum();
}
