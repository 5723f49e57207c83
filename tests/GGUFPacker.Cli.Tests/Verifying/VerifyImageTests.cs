using System.Text.Json;
using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Verifying;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Verifying;

public sealed class VerifyImageTests
{
    [Theory]
    [InlineData("\"-m\", \"m.gguf\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"-c\", \"128\", \"--chat-template-file\", \"t.jinja\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"-c\", \"512\", \"-np\", \"4\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"-c\", \"512\", \"--rope-scaling\", \"yarn\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"-c\", \"512\"", "ContextBeyondTraining")]
    [InlineData("\"-m\", \"m.gguf\", \"--ctx\", \"12\"", "UnknownFlag")]
    [InlineData("\"-m\", \"m.gguf\", \"--mlock\"", "RemovedFlag")]
    [InlineData("\"-m\", \"m.gguf\", \"--grammar-file\", \"gone.gbnf\"", "FileNotInImage")]
    [InlineData("\"-m\", \"m.gguf\", \"--ssl-key-file\", \"/run/key\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"--chat-template-file\", \"broken.jinja\"", "ChatTemplateUnclosed")]
    [InlineData("\"-m\", \"m.gguf\", \"--chat-template\", \"chatml\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"--chat-template\", \"llama3\", \"--no-jinja\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"--chat-template\", \"llama3\"", "UnknownChatTemplate")]
    [InlineData("\"-m\", \"m.gguf\", \"--chat-template\", \"lama3\"", "UnknownChatTemplate")]
    [InlineData("\"-m\", \"m.gguf\", \"--lora\", \"lora.gguf\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"--lora-scaled\", \"lora.gguf\", \"0.5\"", "OldFlagForm")]
    [InlineData("\"-m\", \"m.gguf\", \"--lora-scaled\", \"lora.gguf:0.5\"", "")]
    [InlineData("\"-m\", \"m.gguf\", \"--lora-scaled\", \"lora.gguf:0.5,other.gguf:1\"", "AdapterOfAnotherArchitecture")]
    [InlineData("\"-m\", \"m.gguf\", \"--lora\", \"lora.gguf,m.gguf\"", "WrongKindOfFile")]
    [InlineData("\"-m\", \"m.gguf\", \"--lora\", \"other.gguf\"", "AdapterOfAnotherArchitecture")]
    [InlineData("\"-m\", \"m.gguf\", \"--lora\", \"m.gguf\"", "WrongKindOfFile")]
    [InlineData("\"-m\", \"m.gguf\", \"--mmproj\", \"lora.gguf\"", "WrongKindOfFile")]
    [InlineData("\"-m\", \"m.gguf\", \"--control-vector\", \"lora.gguf\"", "WrongKindOfFile")]
    [InlineData("\"-m\", \"m.gguf\", \"-md\", \"lora.gguf\"", "WrongKindOfFile")]
    [InlineData("\"-m\", \"m.gguf\", \"-md\", \"m.gguf\"", "DraftTypeMismatch")]
    [InlineData("\"-m\", \"m.gguf\", \"--spec-draft-model\", \"m.gguf\", \"--spec-type\", \"draft-eagle3\"", "DraftTypeMismatch")]
    [InlineData("\"-m\", \"m.gguf\", \"--model-draft\", \"m.gguf\", \"--spec-type\", \"ngram-mod,draft-simple\"", "")]
    [InlineData("\"-m\", \"lora.gguf\"", "WrongKindOfFile")]
    [InlineData("\"-m\", \"bare.gguf\"", "NoChatTemplate")]
    [InlineData("\"-m\", \"bare.gguf\", \"--embedding\"", "")]
    [InlineData("\"-m\", \"bare.gguf\", \"--chat-template-file\", \"t.jinja\"", "")]
    public async Task A_command_is_held_against_its_files(string command, string expected)
    {
        using var cli = New();
        cli.WriteFile("GGUFPackerfile", $"FROM scratch\nCOPY . /\nCMD [{command}]\n");
        (await cli.RunAsync("build", "-t", "tiny")).Succeeded();

        var result = await cli.RunAsync("verify", "tiny", "--json");

        var json = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(expected, string.Join(' ', json.GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("id").GetString())));
        Assert.Equal(json.GetProperty("errors").GetInt32() > 0 ? 1 : 0, result.ExitCode);
        Assert.Equal("tiny", json.GetProperty("target").GetString());
    }

    [Fact]
    public async Task Bytes_that_change_on_the_disk_are_found_with_digests()
    {
        using var cli = New();
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf t.jinja /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await cli.RunAsync("build", "-t", "tiny")).Succeeded();
        (await cli.RunAsync("verify", "tiny", "--digests")).Succeeded();
        string content;
        using (var store = cli.OpenStore())
        {
            var entry = new ImageContent(store, store.Tags.Find(ImageReference.Parse("tiny"))!.Manifest.Digest).Files()["m.gguf"];
            content = store.Contents.PathOf(entry.Content);
        }

        var bytes = File.ReadAllBytes(content);
        bytes[^1] ^= 1;
        File.Delete(content);
        File.WriteAllBytes(content, bytes);

        (await cli.RunAsync("verify", "tiny")).Succeeded();
        var changed = await cli.RunAsync("verify", "tiny", "--digests");
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("ContentDigestMismatch: m.gguf", changed.Output);

        File.WriteAllBytes(content, bytes[..^1]);
        var cut = await cli.RunAsync("verify", "tiny");
        Assert.True(cut.ExitCode == 1 && cut.Error.Length == 0, cut.Error);
        Assert.Contains("ContentMissing: tiny", cut.Output);
    }

    [Fact]
    public async Task Of_a_model_in_a_registry_the_headers_are_read_and_nothing_is_pulled()
    {
        using var registry = new LoopbackRegistry();
        using var sender = New();
        using var receiver = new CliRunner();
        sender.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf broken.jinja /\nCMD [\"-m\", \"m.gguf\", \"-c\", \"512\", \"--chat-template-file\", \"broken.jinja\"]\n");
        (await sender.RunAsync("build", "-t", $"{registry.Host}/a/b:1", "--push")).Succeeded();
        var before = registry.Requests.Count;

        var remote = await receiver.RunAsync("verify", $"{registry.Host}/a/b:1");

        Assert.Equal((await sender.RunAsync("verify", $"{registry.Host}/a/b:1")).Output, remote.Output);
        Assert.Equal(1, remote.ExitCode);
        Assert.All(registry.Requests.Skip(before).Where(request => request.Path.Contains("/blobs/")).Skip(1), request => Assert.NotNull(request.Header("Range")));
        Assert.Empty((await receiver.RunAsync("list", "--json")).Succeeded().Output.Trim(['[', ']', '\n', ' ']));

        Assert.DoesNotContain("ContentDigestMismatch", (await receiver.RunAsync("verify", $"{registry.Host}/a/b:1", "--digests")).Output);
        Assert.Contains("a/b", (await receiver.RunAsync("list")).Succeeded().Output);
        Assert.Equal(2, (await receiver.RunAsync("verify", "Not/A:Name")).ExitCode);
    }

    [Fact]
    public async Task Of_a_base_that_no_step_has_read_the_headers_are_read_where_it_is()
    {
        using var registry = new LoopbackRegistry();
        using var sender = New();
        using var cli = new CliRunner();
        sender.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await sender.RunAsync("build", "-t", $"{registry.Host}/a/b:1", "--push")).Succeeded();
        cli.WriteFile("GGUFPackerfile", $"FROM {registry.Host}/a/b:1\nCMD [\"-m\", \"m.gguf\", \"-c\", \"512\"]\n");
        (await cli.RunAsync("build", "-t", "more")).Succeeded();

        var more = await cli.RunAsync("verify", "more");

        Assert.Contains("ContextBeyondTraining", more.Output);
        Assert.Contains("1 warning", more.Output);
        using var store = cli.OpenStore();
        Assert.Throws<StoreException>(() => new ImageContent(store, store.Tags.Find(ImageReference.Parse("more"))!.Manifest.Digest));
    }

    [Theory]
    [InlineData(true, "gzip")]
    [InlineData(false, "")]
    public async Task A_model_whose_layer_cannot_be_read_in_ranges_is_pulled(bool hasRanges, string compression)
    {
        using var registry = new LoopbackRegistry { HasRanges = hasRanges };
        using var cli = New();
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await cli.RunAsync("build", "-t", "tiny")).Succeeded();
        using var config = JsonDocument.Parse((await cli.RunAsync("inspect", "tiny")).Succeeded().Output);
        new RegistryImage { Config = config.RootElement.GetProperty("config").GetRawText() }
            .Layer(
                tar =>
                {
                    tar.WriteEntry(RegistryImage.File("noise", RegistryImage.Noise(200_000)));
                    tar.WriteEntry(RegistryImage.File("m.gguf", File.ReadAllBytes(cli["m.gguf"])));
                },
                compression)
            .AddTo(registry.Content, "a/b", "1");

        Assert.Contains("nothing is wrong", (await cli.RunAsync("verify", $"{registry.Host}/a/b:1")).Succeeded().Output);
        Assert.Contains("a/b", (await cli.RunAsync("list")).Succeeded().Output);
    }

    [Fact]
    public async Task A_command_without_a_model_is_found()
    {
        using var cli = New();
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await cli.RunAsync("build", "-t", "tiny")).Succeeded();
        using var store = cli.OpenStore();
        var image = new ImageContent(store, store.Tags.Find(ImageReference.Parse("tiny"))!.Manifest.Digest);

        var finding = Assert.Single(await new ImageVerification(ModelCommand.Empty, image.Files(), (_, _) => throw new InvalidOperationException()).RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(VerifyRules.NoModelInCommand, finding.Rule);
    }

    [Fact]
    public void Each_finding_is_documented_once()
    {
        var documented = File.ReadAllLines(Path.Combine(Goldens.RepositoryRoot, "docs", "run.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && line.EndsWith("error |", StringComparison.Ordinal) | line.EndsWith("warning |", StringComparison.Ordinal))
            .Select(line => (Id: line.Split('`')[1], Severity: line.Split('|')[^2].Trim()));

        Assert.Equal(VerifyRules.All.Select(rule => (rule.Id, rule.Severity.ToString().ToLowerInvariant())), documented);
        Assert.Distinct(VerifyRules.All.Select(rule => rule.Id));
    }

    private static CliRunner New()
    {
        var cli = new CliRunner();
        VerifyModel.Write(cli["m.gguf"]);
        VerifyModel.Write(cli["bare.gguf"], m => m.Remove("tokenizer.chat_template"));
        VerifyModel.Write(cli["lora.gguf"], m => m.Set("general.type", GgufValue.Of("adapter")));
        VerifyModel.Write(cli["other.gguf"], m => m.Set("general.type", GgufValue.Of("adapter")).Set("general.architecture", GgufValue.Of("llama")));
        cli.WriteFile("t.jinja", "{% for m in messages %}{{ m }}{% endfor %}");
        cli.WriteFile("broken.jinja", "{% for m in messages %}{{ m }}");
        return cli;
    }
}
