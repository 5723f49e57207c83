using GGUFPacker.Cli.Verifying;

namespace GGUFPacker.Cli.Tests.Verifying;

public sealed class FlagCheckTests
{
    [Theory]
    [InlineData("-m x -c 4096 -ngl all --host 0.0.0.0 --port 1 --no-kv-offload -nkvo --jinja", "")]
    [InlineData("--ctx_size 8 --chat_template_file x", "")]
    [InlineData("-fa on -ctk q8_0 --lora a,b --lora-scaled a:0.5,b:1 --control-vector-layer-range 1 2", "")]
    [InlineData("--ctx-sise 8", "UnknownFlag: Did you mean --ctx-size?")]
    [InlineData("-ctx-size 8", "UnknownFlag: Did you mean --ctx-size?")]
    [InlineData("--ngl 9", "UnknownFlag: Did you mean -ngl?")]
    [InlineData("--ctx-size=8", "UnknownFlag: Write it as two arguments: \"--ctx-size\", \"8\".")]
    [InlineData("--entirely-unheard-of", "UnknownFlag: llama-server ends")]
    [InlineData("-q", "UnknownFlag: llama-server ends")]
    [InlineData("--no-mmap", "RemovedFlag: Use --load-mode none.")]
    [InlineData("--draft 8", "RemovedFlag: Use --spec-draft-n-max")]
    [InlineData("--system-prompt-file x -c 1", "RemovedFlag: ")]
    [InlineData("-cnv", "FlagOfAnotherProgram: ")]
    [InlineData("-c", "MissingFlagValue: ")]
    [InlineData("-fa -c 8", "MissingFlagValue: Write one of on,")]
    [InlineData("-c eight", "InvalidFlagValue: ")]
    [InlineData("-ctk q3_K", "InvalidFlagValue: ")]
    [InlineData("--lora-scaled a", "InvalidFlagValue: ")]
    [InlineData("--chat-template-kwargs {a}", "InvalidFlagValue: ")]
    [InlineData("-c 8 8", "UnexpectedArgument: ")]
    [InlineData("--lora-scaled a 0.5 -c 8", "OldFlagForm: ")]
    [InlineData("--control-vector-scaled a -1", "OldFlagForm: ")]
    public void Arguments_are_held_against_the_flags(string arguments, string expected)
    {
        var found = FlagCheck.Check(arguments.Split(' ')).Select(finding => $"{finding.Rule.Id}: {finding.Advice}");

        Assert.StartsWith(expected, string.Join('\n', found));
        Assert.Equal(expected.Length == 0 ? 0 : 1, found.Count());
    }

    [Fact]
    public void The_table_names_each_flag_once()
    {
        var names = LlamaServerFlags.CurrentNames.ToList();

        Assert.True(names.Count > 300);
        Assert.All(names, name => Assert.StartsWith("-", name));
        Assert.Equal(FlagValue.Integer, LlamaServerFlags.Find("-c")!.Value);
        Assert.Same(LlamaServerFlags.Find("-kvo"), LlamaServerFlags.Find("--no-kv-offload"));
    }
}
