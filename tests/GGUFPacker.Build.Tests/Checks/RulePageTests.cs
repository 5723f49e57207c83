using System.Text;
using System.Text.RegularExpressions;
using GGUFPacker.Build.Checks;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Linting;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Checks;

/// <summary>Each rule has a page whose wrong example violates it and whose right one violates nothing.</summary>
public sealed class RulePageTests
{
    public static IEnumerable<TheoryDataRow<string>> Rules => LintRules.All.Select(rule => new TheoryDataRow<string>(rule.Name));

    [Fact]
    public void Names_and_codes_are_unique()
    {
        Assert.Distinct(LintRules.All.Select(rule => rule.Name));
        Assert.Distinct(LintRules.All.Select(rule => rule.Code));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Examples_of_the_page_behave_as_it_says(string name)
    {
        var rule = LintRules.Find(name)!;
        var page = File.ReadAllText(Path.Combine(Goldens.RepositoryRoot, rule.Page)).ReplaceLineEndings("\n");
        Assert.StartsWith($"# {rule.Name} ({rule.Code}): ", page, StringComparison.Ordinal);

        foreach (Match example in Regex.Matches(page, @"## (Wrong|Right)\n\n```dockerfile\n(.*?\n)```", RegexOptions.Singleline))
        {
            var found = Violations(example.Groups[2].Value);
            Assert.Equal(example.Groups[1].Value == "Wrong", found.Contains(name));
            Assert.True(example.Groups[1].Value == "Wrong" || found.Length == 0, string.Join(", ", found));
        }
    }

    [Theory]
    [InlineData("FROM scratch\nQUANTIZE --from=context --type=Q4_0 a b\nFROM scratch\nCOPY --from=0 b c\nQUANTIZE --type=Q3_K_M c d\n", "AlreadyQuantized")]
    [InlineData("FROM scratch AS q\nQUANTIZE --from=context --type=Q4_0 a b\nFROM scratch\nQUANTIZE --from=q --type=Q3_K_M b d\n", "AlreadyQuantized")]
    [InlineData("FROM scratch\nADD git@example.org:a/b.git /\n", "UnpinnedSource")]
    [InlineData("FROM scratch\nADD https://huggingface.co/a/b.git /\n", "UnpinnedSource")]
    [InlineData("FROM scratch\nADD https://huggingface.co/a/b.git#main /\n", "")]
    [InlineData("FROM scratch\nADD hf://a/b /\n", "UnpinnedSource")]
    [InlineData("FROM scratch\nADD hf://a/b@main /\n", "")]
    [InlineData("FROM scratch\nADD --checksum=sha256:0000000000000000000000000000000000000000000000000000000000000000 https://e.org/x /\n", "")]
    [InlineData("FROM reg.example/x\n", "UnpinnedSource")]
    [InlineData("FROM reg.example/x:latest\n", "UnpinnedSource")]
    [InlineData("FROM reg.example:5000/x:1\n", "")]
    [InlineData("FROM scratch\nCOPY models/ /models/\nCMD [\"-m\", \"models/a.gguf\"]\n", "")]
    [InlineData("FROM scratch\nCOPY a.gguf /models\nCMD [\"-m\", \"/models/a.gguf\", \"--mmproj\", \"models2/a.gguf\"]\n", "CommandFileNotMade,MissingLicense")]
    [InlineData("FROM reg.example/x:1\nCMD [\"-m\", \"a.gguf\"]\n", "")]
    [InlineData("FROM scratch AS a\nQUANTIZE --from=context --type=Q4_0 a b\nFROM a\nCMD [\"-m\", \"b\"]\n", "")]
    [InlineData("ARG T=hf_abcdefghijklmnopqrstuv\nFROM scratch\n", "SecretInDefault")]
    [InlineData("FROM scratch\n# check=skip=SecretInDefault\nARG T=hf_abcdefghijklmnopqrstuv\n", "")]
    public void Rules_about_models_find_what_they_are_for(string text, string rules) =>
        Assert.Equal(rules.Split(',', StringSplitOptions.RemoveEmptyEntries), Violations(text).Where(rule => LintRules.Find(rule)!.IsOfModels));

    private static string[] Violations(string text)
    {
        var request = new BuildRequest { PackerfilePath = "GGUFPackerfile", ContextDirectory = Path.GetTempPath() };
        var report = PackerfileCheck.Run(
            Encoding.UTF8.GetBytes(text), request, (reference, platform) => new BaseImage(reference, Digest.Of("an image"u8), new ImageConfig { Platform = platform }));
        Assert.All(report.Errors, error => Assert.Contains(error.Code, new[] { GraphDiagnosticCodes.NotSupportedYet, GraphDiagnosticCodes.UnknownStage }));
        return [.. report.Violations.Select(violation => violation.Rule!).Distinct().Order(StringComparer.Ordinal)];
    }
}
