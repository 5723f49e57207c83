using System.Globalization;
using System.Text;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Tests.Embedded;
using GGUFPacker.Build.Tests.Sources;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Examples;

/// <summary>
/// The GGUFPackerfiles of docs/examples.md, which have the forms of the original's README: each is built with the commands that stand in its comments, and gives exactly what the file
/// NAME.expected.txt says. What they fetch comes from servers of the test's own, whose models are tiny ones.
/// </summary>
[ReadsGoldens]
public sealed class ExampleTests
{
    private const string Command = "# $ gguf-packer build";

    private static readonly string Folder = Path.Combine(Goldens.InRepository(), "..", "GGUFPacker.Build.Tests", "Examples");

    public static IEnumerable<TheoryDataRow<string>> Names => Directory.EnumerateFiles(Folder, "*.GGUFPackerfile")
        .Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal).Select(name => new TheoryDataRow<string>(name) { TestDisplayName = name });

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Example_gives_what_is_expected(string name)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, $"{name}.GGUFPackerfile"), TestContext.Current.CancellationToken);
        using var stand = new ExampleStand(text);
        var actual = new StringBuilder();
        foreach (var line in text.Split('\n').Where(line => line.StartsWith(Command, StringComparison.Ordinal)))
        {
            actual.Append(CultureInfo.InvariantCulture, $"{line[2..]}\n");
            await stand.BuildAsync(text, line[Command.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries), actual);
        }

        // To take over what is meant to have changed, and to look at it in the difference of the repository.
        var expected = Path.Combine(Folder, $"{name}.expected.txt");
        if (Environment.GetEnvironmentVariable("GGUFPACKER_WRITE_EXPECTED") == "1")
        {
            await File.WriteAllTextAsync(expected, actual.ToString(), TestContext.Current.CancellationToken);
        }

        Assert.Equal(File.Exists(expected) ? (await File.ReadAllTextAsync(expected, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n") : "", actual.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Example_stands_in_the_documentation(string name)
    {
        var page = File.ReadAllText(Path.Combine(Goldens.InRepository(), "..", "..", "docs", "examples.md")).ReplaceLineEndings("\n");
        var text = File.ReadAllText(Path.Combine(Folder, $"{name}.GGUFPackerfile")).ReplaceLineEndings("\n");
        Assert.Contains($"## {name}\n\n```dockerfile\n{text}```\n", page, StringComparison.Ordinal);
    }
}
