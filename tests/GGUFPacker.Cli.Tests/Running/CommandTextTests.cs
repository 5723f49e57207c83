using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Cli.Running;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Running;

public sealed class CommandTextTests
{
    public static TheoryData<string> Arguments =>
    [
        "plain", "", " ", "two words", "it's", "\"quoted\"", "a\\b", "a\\", "a\\\\\"b", "$HOME", "`id`", "$(id)", "!x", "%PATH%", "a;b&c|d>e<f", "~", "*?[x]", "#", "{a,b}",
        "tab\there", "line\nbreak", "ünïcode ☂", "--chat-template={% for m in messages %}<|{{ m['role'] }}|>\n{{ m[\"content\"] }}{% endfor %}", "-a.b", "''", "'", "\u2019x",
    ];

    [Theory]
    [MemberData(nameof(Arguments))]
    public async Task A_shell_passes_on_exactly_the_argument(string argument)
    {
        var quoted = CommandText.Quote(argument, Shell.Sh);

        Assert.Equal([argument], ShWords.Split(quoted));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal([argument, "end"], await ShWords.RunAsync(quoted + " end"));
        }
    }

    public static TheoryData<string> Quotes()
    {
        var texts = new TheoryData<string>();
        foreach (var file in Goldens.Files("packer/units", "quotes.json"))
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            texts.AddRange(json.RootElement.EnumerateArray().Select(row => row.GetProperty("text").GetString()!));
        }

        return texts;
    }

    // The original quotes as Go does, and a shell would read $, ` and \\ in it: here the texts of its rows have to arrive.
    [Theory]
    [GoldenData(nameof(Quotes))]
    public Task What_the_original_quotes_arrives(string text) => A_shell_passes_on_exactly_the_argument(text);

    [Fact]
    public async Task A_whole_line_with_variables_runs_in_a_shell()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no sh");
        var plan = new RunPlan("printf", ["%s|", "a b", "it's"]) { Environment = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("A", "x y")]) };

        Assert.Equal("env 'A=x y' printf '%s|' 'a b' 'it'\\''s'", CommandText.Of(plan, Shell.Sh));
        Assert.Equal(["a b|it's|"], await ShWords.RunAsync($"\"$({CommandText.Of(plan, Shell.Sh)})\""));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "''")]
    [InlineData("it's", "'it''s'")]
    [InlineData("\u2019x", "'\u2019\u2019x'")]
    [InlineData("$env:A", "'$env:A'")]
    [InlineData("a,b", "'a,b'")]
    [InlineData("-a.b", "'-a.b'")]
    [InlineData("C:\\m\\a.gguf", "C:\\m\\a.gguf")]
    [InlineData("two words", "'two words'")]
    [InlineData("line\nbreak", "'line\nbreak'")]
    public void PowerShell_takes_text_between_single_quotes_as_it_is(string argument, string expected) =>
        Assert.Equal(expected, CommandText.Quote(argument, Shell.PowerShell));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("C:\\two words\\", "\"C:\\two words\\\\\"")]
    [InlineData("say \"hi\"", "^\"say \\^\"hi\\^\"^\"")]
    [InlineData("a\\\"b", "^\"a\\\\\\^\"b^\"")]
    [InlineData("%PATH%", "^\"^%PATH^%^\"")]
    [InlineData("a&b", "^\"a^&b^\"")]
    public void The_command_prompt_sees_carets_and_the_program_backslashes(string argument, string expected) =>
        Assert.Equal(expected, CommandText.Quote(argument, Shell.Cmd));

    [Fact]
    public void The_command_prompt_cannot_write_a_line_break() =>
        Assert.Throws<UsageException>(() => CommandText.Quote("a\nb", Shell.Cmd));

    [Fact]
    public void Each_shell_sets_variables_in_its_way()
    {
        var plan = new RunPlan("C:\\two words\\llama-server.exe", ["-m", "x"]) { Environment = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("A", "1 & 2")]) };

        Assert.Equal("${env:A} = '1 & 2'; & 'C:\\two words\\llama-server.exe' -m x", CommandText.Of(plan, Shell.PowerShell));
        Assert.Equal("set ^\"A=1 ^& 2^\" && \"C:\\two words\\llama-server.exe\" -m x", CommandText.Of(plan, Shell.Cmd));
    }
}
