using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Differential;

/// <summary>
/// The list of GGUFPackerfiles that every engine has to build alike: each gives the files, diff IDs and config that NAME.expected.txt says.
/// </summary>
public sealed class DifferentialTests
{
    private static readonly string Folder = Path.Combine(Goldens.RepositoryRoot, "tests", "GGUFPacker.Build.Tests", "Differential");

    public static IEnumerable<TheoryDataRow<string>> Names => Directory.EnumerateFiles(Folder, "*.GGUFPackerfile")
        .Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal).Select(name => new TheoryDataRow<string>(name) { TestDisplayName = name });

    [Theory]
    [MemberData(nameof(Names))]
    public async Task File_gives_what_is_recorded(string name)
    {
        var token = TestContext.Current.CancellationToken;
        using var stand = new DifferentialStand();
        var actual = await stand.BuildAsync((await File.ReadAllTextAsync(Path.Combine(Folder, $"{name}.GGUFPackerfile"), token)).ReplaceLineEndings("\n"));

        // To take over what is meant to have changed, and to look at it in the difference of the repository.
        var expected = Path.Combine(Folder, $"{name}.expected.txt");
        if (Environment.GetEnvironmentVariable("GGUFPACKER_WRITE_EXPECTED") == "1")
        {
            await File.WriteAllTextAsync(expected, actual, token);
        }

        Assert.Equal(File.Exists(expected) ? (await File.ReadAllTextAsync(expected, token)).ReplaceLineEndings("\n") : "", actual);
    }
}
