using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;
using GGUFPacker.Tasks.Generation;

namespace GGUFPacker.Tasks.Tests.Generation;

/// <summary>What is written is what the language's own parser and expansion read.</summary>
public sealed class PackerfileQuotingTests
{
    private static readonly ImmutableDictionary<string, string> Variables = ImmutableDictionary<string, string>.Empty.Add("A", "expanded");

    public static TheoryData<string> Words => ["plain", "two words", "", "$A", "${A}", "\\$A", "back\\slash", "\\", "say \"so\"", "it's", "#no comment", "a=b", "ü 語 😀", "[\"json\"]", "tab\there", "end\\", "<<EOF", "<html> & more"];

    [Theory]
    [MemberData(nameof(Words))]
    public void A_labels_value_is_read_back_as_it_was(string value)
    {
        var label = (LabelInstruction)Parse($"LABEL {PackerfileQuoting.Word("a.key")}={PackerfileQuoting.Word(value)}");

        var definition = Assert.Single(label.Expand(new WordExpander(), Variables).Labels);
        Assert.Equal(("a.key", value), (definition.Key, definition.Value));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void An_argument_of_CMD_is_read_back_as_it_was(string value)
    {
        var command = (CmdInstruction)Parse($"CMD {PackerfileQuoting.Arguments(["-m", "f.gguf", value])}");

        Assert.Equal(["-m", "f.gguf", value], command.Expand(new WordExpander(), Variables).Arguments);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void A_path_is_read_back_as_it_was(string value)
    {
        var convert = (ConvertInstruction)Parse($"CONVERT --from=model {PackerfileQuoting.Paths(["x" + value, "/" + value])}");

        var expanded = convert.Expand(new WordExpander(), Variables);
        Assert.Equal(("x" + value, "/" + value), (expanded.Source, expanded.Destination));
    }

    private static Instruction Parse(string line)
    {
        var document = PackerfileParser.Parse(Encoding.UTF8.GetBytes($"FROM scratch\n{line}\n"), "GGUFPackerfile");
        Assert.Empty(document.Diagnostics);
        return Assert.Single(Assert.Single(document.Stages).Instructions);
    }
}
