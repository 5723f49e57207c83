using System.Reflection;
using System.Text.RegularExpressions;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Linting;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests.Diagnostics;

/// <summary>Each code has a page whose wrong example causes it and whose right one does not.</summary>
public sealed class DiagnosticPageTests
{
    public static IEnumerable<TheoryDataRow<string>> Codes =>
        typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => new TheoryDataRow<string>((string)f.GetRawConstantValue()!));

    [Fact]
    public void Codes_are_unique() => Assert.Distinct(Codes.Select(c => c.Data));

    [Theory]
    [MemberData(nameof(Codes))]
    public void Examples_of_the_page_behave_as_it_says(string code)
    {
        var page = File.ReadAllText(Path.Combine(Goldens.RepositoryRoot, "docs", "diagnostics", code + ".md")).ReplaceLineEndings("\n");

        Assert.StartsWith($"# {code}: ", page, StringComparison.Ordinal);
        foreach (Match example in Regex.Matches(page, @"## (Wrong|Right)\n\n```dockerfile\n(.*?\n)```", RegexOptions.Singleline))
        {
            var found = Check(example.Groups[2].Value).Select(d => d.Code);
            if (example.Groups[1].Value == "Wrong")
            {
                Assert.Contains(code, found);
            }
            else
            {
                Assert.Empty(found);
            }
        }
    }

    private static IEnumerable<Diagnostic> Check(string text)
    {
        var document = PackerfileParser.Parse(System.Text.Encoding.UTF8.GetBytes(text), "GGUFPackerfile");
        if (!CanParse(document.Check))
        {
            yield return new(DiagnosticCodes.InvalidCheck, DiagnosticSeverity.Error, SourceSpan.File("GGUFPackerfile"), "");
        }

        foreach (var diagnostic in document.Diagnostics)
        {
            yield return diagnostic;
        }

        foreach (var instruction in document.Stages.SelectMany(s => s.Instructions))
        {
            Diagnostic[] later;
            try
            {
                later = [.. instruction.Expand(new WordExpander(document.Escape), new Dictionary<string, string>()).Verify()];
            }
            catch (ExpansionException e)
            {
                later = [e.ToDiagnostic(instruction.Span)];
            }

            foreach (var diagnostic in later)
            {
                yield return diagnostic;
            }
        }
    }

    // The build reads the directive's value, not the parser.
    private static bool CanParse(string? check)
    {
        try
        {
            return CheckOptions.Parse(check ?? "") is not null;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
