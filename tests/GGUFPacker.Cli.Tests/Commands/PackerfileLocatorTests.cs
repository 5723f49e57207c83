using GGUFPacker.Cli.Commands;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Commands;

/// <summary>Which file is built where none is named.</summary>
public sealed class PackerfileLocatorTests
{
    /// <summary>What the original refuses and is right here.</summary>
    private static readonly (string Case, string Reason)[] IntendedDifferences =
        [("dockerfile-tagged-syntax", "the name of the frontend is meant, whatever its tag; the original's own documentation has one")];

    /// <summary>Cases of goldens/packer/llb-errors whose fault is that there is no GGUFPackerfile.</summary>
    public static IEnumerable<TheoryDataRow<string>> Cases => Directory.Exists(Goldens.Path("packer", "llb-errors"))
        ? Directory.EnumerateDirectories(Goldens.Path("packer", "llb-errors"))
            .Where(folder => !File.Exists(Path.Combine(folder, "input", "GGUFPackerfile")))
            .Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal).Select(name => new TheoryDataRow<string>(name))
        : [];

    [Theory]
    [GoldenData(nameof(Cases))]
    public void What_the_original_finds_no_file_in_is_refused(string name)
    {
        var input = Goldens.Path("packer", "llb-errors", name, "input");
        if (IntendedDifferences.Any(difference => difference.Case == name))
        {
            Assert.Equal(Path.Combine(input, "Dockerfile"), PackerfileLocator.Find(input));
            return;
        }

        Assert.Contains("GGUFPackerfile", Assert.Throws<UsageException>(() => PackerfileLocator.Find(input)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# syntax=gpustack/gguf-packer", true)]
    [InlineData("# syntax=ghcr.io/team/ggufpacker:1.0", true)]
    [InlineData("#syntax = localhost:5000/gguf-packer@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("# syntax=team/not-gguf-packer", false)]
    [InlineData("FROM scratch", false)]
    public void A_Dockerfile_says_that_it_is_one(string line, bool isOurs)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["Dockerfile"], $"{line}\nFROM scratch\n");
        Assert.Equal(isOurs, Record.Exception(() => PackerfileLocator.Find(directory.FullName)) is null);
        File.WriteAllText(directory["GGUFPackerfile"], "FROM scratch\n");
        Assert.Equal(Path.Combine(directory.FullName, "GGUFPackerfile"), PackerfileLocator.Find(directory.FullName));
    }
}
