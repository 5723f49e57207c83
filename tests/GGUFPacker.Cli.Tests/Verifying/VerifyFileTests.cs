using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Verifying;

public sealed class VerifyFileTests
{
    private static readonly Dictionary<string, Action<GgufMetadata.Builder>> Changes = new()
    {
        ["NoArchitecture"] = m => m.Remove("general.architecture"),
        ["UnknownArchitecture"] = m => m.Set("general.architecture", GgufValue.Of("tomorrow")),
        ["MissingBlocks"] = m => m.Set("qwen2.block_count", GgufValue.Of(3u)),
        ["FileTypeMismatch"] = m => m.Set("general.file_type", GgufValue.Of(15u)),
        ["NoTokenizer"] = m => m.Remove("tokenizer.ggml.model"),
        ["UnknownTokenizer"] = m => m.Set("tokenizer.ggml.model", GgufValue.Of("runes")),
        ["TokenTableLength"] = m => m.Set("tokenizer.ggml.scores", GgufValue.OfArray(new float[31])),
        ["DuplicateToken"] = m => m.Set("tokenizer.ggml.tokens", GgufValue.OfStrings(["a", "b", "c", "ab", "abc", "a", .. Enumerable.Range(0, 26).Select(i => $"t{i}")])),
        ["NoMerges"] = m => m.Remove("tokenizer.ggml.merges"),
        ["MergeWithoutTokens"] = m => m.Set("tokenizer.ggml.merges", GgufValue.OfStrings(["a b", "x 1"])),
        ["NoPreTokenizer"] = m => m.Remove("tokenizer.ggml.pre"),
        ["UnknownPreTokenizer"] = m => m.Set("tokenizer.ggml.pre", GgufValue.Of("runes")),
        ["SpecialTokenOutOfRange"] = m => m.Set("tokenizer.ggml.bos_token_id", GgufValue.Of(32u)),
        ["NoEndToken"] = m => m.Remove("tokenizer.ggml.eos_token_id"),
        ["EmbeddingRowsMismatch"] = m => m.Set("tokenizer.ggml.tokens", GgufValue.OfStrings([.. "abc".Select(c => $"{c}"), "ab", "abc", .. Enumerable.Range(0, 26).Select(i => $"t{i}")]))
            .Set("tokenizer.ggml.token_type", GgufValue.OfArray(new int[31])),
        ["NoChatTemplate"] = m => m.Remove("tokenizer.chat_template"),
        ["ChatTemplateUnclosed"] = m => m.Set("tokenizer.chat_template", GgufValue.Of("{% for m in messages %}{{ m }}")),
        ["ChatTemplateWithoutMessages"] = m => m.Set("tokenizer.chat_template", GgufValue.Of("{{ 'hello' }}")),
    };

    public static IEnumerable<TheoryDataRow<string>> Rules => Changes.Keys.Select(rule => new TheoryDataRow<string>(rule));

    [Fact]
    public async Task A_whole_model_has_nothing_wrong()
    {
        using var cli = new CliRunner();
        VerifyModel.Write(cli["m.gguf"]);

        Assert.Equal("m.gguf: nothing is wrong.\n", (await cli.RunAsync("verify", "m.gguf")).Succeeded().Output);
        Assert.Contains("sha256:", (await cli.RunAsync("verify", "m.gguf", "--digests")).Succeeded().Output);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task One_fault_is_one_finding(string rule)
    {
        using var cli = new CliRunner();
        VerifyModel.Write(cli["m.gguf"], m => Changes[rule](m));

        await ExpectAsync(cli, rule);
    }

    [Fact]
    public async Task Tensors_beyond_the_end_and_bytes_behind_it_are_found()
    {
        using var cli = new CliRunner();
        VerifyModel.Write(cli["m.gguf"]);
        var whole = File.ReadAllBytes(cli["m.gguf"]);

        File.WriteAllBytes(cli["m.gguf"], whole[..^64]);
        await ExpectAsync(cli, "TensorOutsideFile");
        File.WriteAllBytes(cli["m.gguf"], [.. whole, .. new byte[64]]);
        await ExpectAsync(cli, "TrailingBytes");
        File.WriteAllBytes(cli["m.gguf"], whole[..100]);
        await ExpectAsync(cli, "InvalidHeader");
    }

    [Fact]
    public async Task Tensors_in_one_place_are_found()
    {
        using var cli = new CliRunner();
        VerifyModel.Write(cli["m.gguf"]);
        using (var file = GgufFile.Open(cli["m.gguf"]))
        {
            // The offset is the last number of an entry.
            var entry = file.Header.TensorEntrySpans[3];
            var bytes = File.ReadAllBytes(cli["m.gguf"]);
            BitConverter.GetBytes(file.Header.TensorOffsets[2]).CopyTo(bytes, entry.Offset + entry.Length - 8);
            file.Dispose();
            File.WriteAllBytes(cli["m.gguf"], bytes);
        }

        var findings = await FindAsync(cli);
        Assert.Contains("TensorsOverlap", findings.Select(f => f.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Files_without_tensors_or_without_their_other_parts_are_found()
    {
        using var cli = new CliRunner();
        VerifyModel.Write(cli["m.gguf"], m => m.Remove("general.file_type"), tensors: []);
        await ExpectAsync(cli, "NoTensors");

        VerifyModel.Write(cli["m.gguf"], m => m.Set("split.count", GgufValue.Of((ushort)2)).Set("split.no", GgufValue.Of((ushort)0)));
        await ExpectAsync(cli, "MissingPart");
    }

    [Theory]
    [InlineData("{{ '%}' }}{% if a %}{% elif b %}{% else %}{% endif %}", null)]
    [InlineData("{%- set x = {'a': {}} -%}{% set y %}text{% endset %}{# {% if #}", null)]
    [InlineData("{% raw %}{% if {{ {% endraw %}{{ messages }}", null)]
    [InlineData("{% generation %}{{ {'a': 1}}}{% endgeneration %}", null)]
    [InlineData("a { b } c", null)]
    [InlineData("{% if a %}\n{% for b in c %}{% endif %}", "line 2")]
    [InlineData("{{ a", "not closed")]
    [InlineData("{{ 'a }}", "not closed")]
    [InlineData("{% endif %}", "ends nothing")]
    [InlineData("{% else %}", "outside")]
    [InlineData("{% raw %}{% if a %}", "never ended")]
    public void Templates_are_held_against_their_blocks(string template, string? fault)
    {
        var found = Cli.Verifying.ChatTemplateSyntax.FindFault(template);

        if (fault is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.Contains(fault, found);
        }
    }

    public static IEnumerable<TheoryDataRow<string>> GoldenFiles => Goldens.Files("packer/gguf", "*.gguf").Select(file => new TheoryDataRow<string>(Path.GetFileName(file)));

    /// <summary>Files that llama.cpp loads have no errors; their warnings are of what tiny models lack.</summary>
    [Theory]
    [GoldenData(nameof(GoldenFiles))]
    public async Task Files_of_the_goldens_have_no_errors(string name)
    {
        using var cli = new CliRunner();
        var result = await cli.RunAsync("verify", Goldens.Path("packer", "gguf", name));

        Assert.True(result.ExitCode == 0, result.Output);
    }

    private static async Task ExpectAsync(CliRunner cli, string rule)
    {
        var findings = await FindAsync(cli);

        var finding = Assert.Single(findings);
        Assert.Equal(rule, finding.GetProperty("id").GetString());
        Assert.NotEqual("", finding.GetProperty("advice").GetString());
        Assert.Contains(rule, (await cli.RunAsync("verify", "m.gguf")).Output);
    }

    private static async Task<JsonElement[]> FindAsync(CliRunner cli)
    {
        var result = await cli.RunAsync("verify", "m.gguf", "--json");
        Assert.True(result.Error.Length == 0, result.Error);
        var json = JsonDocument.Parse(result.Output).RootElement;
        JsonElement[] findings = [.. json.GetProperty("findings").EnumerateArray()];
        var errors = findings.Count(finding => finding.GetProperty("severity").ValueEquals("error"));
        Assert.Equal(errors, json.GetProperty("errors").GetInt32());
        Assert.Equal(errors > 0 ? 1 : 0, result.ExitCode);
        return findings;
    }
}
