using System.Reflection;
using System.Text.RegularExpressions;
using GGUFPacker.Tasks.Reporting;
using GGUFPacker.Testing;

namespace GGUFPacker.Tasks.Tests.Reporting;

/// <summary>Each code of the tasks and of the .targets files has a page.</summary>
public sealed class DiagnosticPageTests
{
    public static IEnumerable<TheoryDataRow<string>> Codes =>
        typeof(TaskDiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(constant => (string)constant.GetRawConstantValue()!)
            .Concat(Directory.EnumerateFiles(Path.Combine(Goldens.RepositoryRoot, "sdk", "GGUFPacker.Sdk", "targets"))
                .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"Code=""(GGUF\d{4})"""))
                .Select(match => match.Groups[1].Value))
            .Select(code => new TheoryDataRow<string>(code));

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_code_has_a_page(string code)
    {
        var page = File.ReadAllText(Path.Combine(Goldens.RepositoryRoot, "docs", "diagnostics", $"{code}.md")).ReplaceLineEndings("\n");

        Assert.StartsWith($"# {code}: ", page, StringComparison.Ordinal);
        Assert.Contains("\n## What to do\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_are_unique() => Assert.Distinct(Codes.Select(code => code.Data));
}
