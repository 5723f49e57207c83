using System.Text.Json;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Testing;

namespace GGUFPacker.Packerfile.Tests.Variables;

/// <summary>goldens/language/expansion: what BuildKit's lexer makes of words. Errors are compared by their kind: the sentences are ours.</summary>
public sealed class ShellLexerGoldenTests
{
    private static readonly string[] File = ["language", "expansion", "cases.json"];

    public static IEnumerable<TheoryDataRow<string>> Rows => GoldenRows.Names(File);

    public static IEnumerable<TheoryDataRow<int>> UnitRows => Enumerable.Range(0, UnitCases().Count).Select(i => new TheoryDataRow<int>(i));

    [Theory]
    [GoldenData(nameof(Rows))]
    public void Word_is_expanded_as_by_the_reference(string name)
    {
        var row = GoldenRows.Row(name, File);
        var given = row.TryGetProperty("options", out var options) ? options : default;
        bool Has(string option) => given.ValueKind == JsonValueKind.Object && given.TryGetProperty(option, out var value) && value.GetBoolean();
        var lexer = ShellLexer.TryRun(row.GetProperty("word").Text(), row.Variables(), new()
        {
            Escape = row.GetProperty("escape").GetString()![0],
            RawQuotes = Has("rawQuotes"),
            RawEscapes = Has("rawEscapes"),
            PlainQuotes = Has("skipProcessQuotes"),
            KeepUnset = Has("skipUnsetEnv"),
        }, out var fault);

        Assert.Equal(row.OptionalText("error") is { } error ? ReferenceErrors.FaultOf(error) : null, fault?.Fault);
        Assert.Equal(row.GetProperty("matched").Texts(), lexer.Matched);
        Assert.Equal(row.GetProperty("unmatched").Texts(), lexer.Unmatched);
        if (fault is null)
        {
            Assert.Equal(row.GetProperty("result").Text(), lexer.Result);
            Assert.Equal(row.GetProperty("words").Texts(), lexer.Words);
        }
    }

    /// <summary>
    /// goldens/packer/units: the older lexer of the original. `:#` and `:%` are operators there and unknown in the newest BuildKit, whose rule is ours.
    /// </summary>
    [Theory]
    [GoldenData(nameof(UnitRows))]
    public void Word_is_expanded_as_by_the_original(int index)
    {
        var row = UnitCases()[index];
        var word = row.GetProperty("word").GetString()!;
        if (System.Text.RegularExpressions.Regex.IsMatch(word, @"\$\{\w+:[#%]"))
        {
            Assert.Skip("the newest BuildKit has no ':#' and ':%'");
        }

        // "raw" is the result with quotes as text, given where it differs.
        var (result, error) = (row.OptionalText("result"), row.OptionalText("error"));
        AssertExpansion(row, word, plainQuotes: false, result, error);
        var hasRaw = row.TryGetProperty("raw", out _) || row.TryGetProperty("rawError", out _);
        AssertExpansion(row, word, plainQuotes: true, hasRaw ? row.OptionalText("raw") : result, hasRaw ? row.OptionalText("rawError") : error);
    }

    private static void AssertExpansion(JsonElement row, string word, bool plainQuotes, string? result, string? error)
    {
        var lexer = ShellLexer.TryRun(
            word, UnitVariables(), new() { Escape = row.GetProperty("escape").GetString()![0], PlainQuotes = plainQuotes }, out var fault);
        Assert.Equal(error is null ? null : ReferenceErrors.FaultOf(error), fault?.Fault);
        Assert.Equal(result, fault is null ? lexer.Result : null);
    }

    private static IReadOnlyList<JsonElement> UnitCases() => UnitFile() is { } root ? [.. root.GetProperty("cases").EnumerateArray()] : [];

    private static Dictionary<string, string> UnitVariables() => UnitFile()!.Value.Variables();

    private static JsonElement? UnitFile()
    {
        var path = Goldens.Path("packer", "units", "shellWords.json");
        if (!System.IO.File.Exists(path))
        {
            return null;
        }

        using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
