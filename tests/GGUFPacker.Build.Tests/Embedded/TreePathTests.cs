using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>Paths mean what the original's do. Its own normalization leaves rooted paths for the file system to resolve; here every path is resolved at once.</summary>
public sealed class TreePathTests
{
    public static IEnumerable<TheoryDataRow<int>> Rows =>
        Enumerable.Range(0, GGUFPacker.Packerfile.Tests.GoldenRows.Read("packer", "units", "paths.json").Count).Select(i => new TheoryDataRow<int>(i));

    [Theory]
    [GoldenData(nameof(Rows))]
    public void A_path_is_read_as_by_the_original(int index)
    {
        var row = GGUFPacker.Packerfile.Tests.GoldenRows.Read("packer", "units", "paths.json")[index];
        var path = row.GetProperty("path").GetString()!;
        var kept = row.GetProperty("normalizedKeepSlash").GetString()!;

        Assert.Equal(Resolve(row.GetProperty("normalized").GetString()!), "/" + TreePath.Normalize(path));
        Assert.Equal(kept.EndsWith('/') || Path.GetFileName(kept) is "." or "..", TreePath.IsDirectoryForm(path));
    }

    // As a file system does it, whose root has no parent.
    private static string Resolve(string rooted)
    {
        var parts = new Stack<string>();
        foreach (var part in rooted.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part != "..")
            {
                parts.Push(part);
            }
            else
            {
                parts.TryPop(out _);
            }
        }

        return "/" + string.Join('/', parts.Reverse());
    }
}
