using System.Text.Json;

namespace GGUFPacker.Cli.Tests.Commands;

public sealed class BuildCommandTests
{
    private const string Packerfile =
        """
        ARG TYPE=Q8_0
        FROM scratch AS q
        ADD m.gguf /
        QUANTIZE --type=${TYPE} m.gguf q.gguf
        FROM scratch
        COPY --from=q q.gguf /
        LABEL about="a test"
        CMD ["-m", "q.gguf"]
        """;

    [Fact]
    public async Task A_build_makes_an_image_that_the_other_commands_know()
    {
        using var cli = new CliRunner();
        Prepare(cli);

        var built = (await cli.RunAsync("build", "-t", "team/tiny:q8", "-t", "localhost:5000/team/tiny", "--label", "more=yes")).Succeeded();
        var list = (await cli.RunAsync("list")).Succeeded();
        var inspected = (await cli.RunAsync("inspect", "team/tiny:q8")).Succeeded();

        Assert.Matches("""^docker.io/team/tiny:q8  sha256:[0-9a-f]{64}  .* KiB\nlocalhost:5000/team/tiny:latest  sha256:""", built.Output);
        Assert.Contains("QUANTIZE", built.Error, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^team/tiny +q8 +[0-9a-f]{12} +llama .* Q8_0 +text-to-text ", list.Output);
        Assert.Matches(@"(?m)^localhost:5000/team/tiny +latest +[0-9a-f]{12} +llama ", list.Output);
        var config = JsonDocument.Parse(inspected.Output).RootElement.GetProperty("config");
        Assert.Equal("q.gguf", config.GetProperty("Model").GetProperty("CmdParameterValue").GetString());
        Assert.Equal("a test", config.GetProperty("Labels").GetProperty("about").GetString());
        Assert.Equal("yes", config.GetProperty("Labels").GetProperty("more").GetString());
        Assert.False(JsonDocument.Parse(inspected.Output).RootElement.TryGetProperty("history", out _));
    }

    [Fact]
    public async Task A_second_build_takes_everything_from_the_cache()
    {
        using var cli = new CliRunner();
        Prepare(cli);

        var first = JsonDocument.Parse((await cli.RunAsync("build", "--json")).Succeeded().Output).RootElement;
        var second = JsonDocument.Parse((await cli.RunAsync("build", "--json")).Succeeded().Output).RootElement;
        var again = JsonDocument.Parse((await cli.RunAsync("build", "--json", "--no-cache")).Succeeded().Output).RootElement;

        Assert.Equal(0, second.GetProperty("stepsRun").GetInt32());
        Assert.NotEqual(0, again.GetProperty("stepsRun").GetInt32());
        Assert.Equal(Digest(first), Digest(second));
        Assert.Equal(Digest(first), Digest(again));
        Assert.Equal("/q.gguf", first.GetProperty("images")[0].GetProperty("files")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Build_arguments_targets_contexts_and_files_are_passed_on()
    {
        using var cli = new CliRunner();
        Prepare(cli);
        cli.WriteFile("elsewhere/My File", "FROM scratch AS a\nARG TYPE\nCOPY --from=models /m.gguf /${TYPE}.gguf\nFROM scratch\nCAT x /y\n");
        cli.Variables["TYPE"] = "from environment";

        var result = await cli.RunAsync(
            "build", "elsewhere", "-f", "elsewhere/My File", "--target", "a", "--build-arg", "TYPE", "--build-context", "models=.", "--json");

        var image = JsonDocument.Parse(result.Succeeded().Output).RootElement.GetProperty("images")[0];
        Assert.Equal("/from environment.gguf", image.GetProperty("files")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Faults_of_the_file_are_all_printed_with_their_places()
    {
        using var cli = new CliRunner();
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nFETCH x\nLABEL a=b c\n");

        var result = await cli.RunAsync("build");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("GGUFPackerfile(2,1): error GGUF0008: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("GGUFPackerfile(3,1): error GGUF0022: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Dockerfile_is_built_only_if_it_asks_for_it()
    {
        using var cli = new CliRunner();
        cli.WriteFile("Dockerfile", "FROM scratch\nCAT a /b\n");

        Assert.Equal(2, (await cli.RunAsync("build")).ExitCode);
        cli.WriteFile("Dockerfile", "# syntax=gpustack/gguf-packer:latest\nFROM scratch\nCAT a /b\n");
        (await cli.RunAsync("build")).Succeeded();
        cli.WriteFile("Dockerfile", "# syntax=docker/dockerfile:1\nFROM scratch\nCAT a /b\n");
        Assert.Equal(2, (await cli.RunAsync("build")).ExitCode);
    }

    [Fact]
    public async Task Removed_names_are_gone_and_the_others_stay()
    {
        using var cli = new CliRunner();
        Prepare(cli);
        (await cli.RunAsync("build", "-t", "a/b:1", "-t", "a/b:2")).Succeeded();
        var id = JsonDocument.Parse((await cli.RunAsync("list", "--json")).Succeeded().Output).RootElement[0].GetProperty("id").GetString()!;

        var ambiguous = await cli.RunAsync("remove", id[..12]);
        var removed = (await cli.RunAsync("remove", "a/b:1")).Succeeded();
        var missing = await cli.RunAsync("remove", "a/b:1", "0123456789ab");
        var byId = (await cli.RunAsync("remove", id)).Succeeded();

        Assert.Equal(1, ambiguous.ExitCode);
        Assert.Equal("removed a/b:1\n", removed.Output);
        Assert.Equal(1, missing.ExitCode);
        Assert.Equal($"removed {id}\n", byId.Output);
        Assert.Equal("NAME  TAG  ID  ARCH  PARAMS  BPW  TYPE  USAGE  CREATED  SIZE\n", (await cli.RunAsync("list")).Succeeded().Output);
    }

    [Theory]
    [InlineData("out/image.tar", true)]
    [InlineData("out/image", false)]
    [InlineData("type=oci,dest=out/image.oci", false)]
    [InlineData("type=oci,tar=true,dest=out/image.oci", true)]
    public async Task An_image_is_also_written_as_a_layout(string output, bool isArchive)
    {
        using var cli = new CliRunner();
        Prepare(cli);

        var result = JsonDocument.Parse((await cli.RunAsync("build", "-t", "a/b:1", "--json", "--output", output)).Succeeded().Output).RootElement;

        var path = cli[output[(output.LastIndexOf('=') + 1)..].Split('/')];
        var index = isArchive ? ReadEntry(path, "index.json") : File.ReadAllBytes(Path.Combine(path, "index.json"));
        Assert.Equal(Digest(result), JsonDocument.Parse(index).RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString());
    }

    [Theory]
    [InlineData("type=docker,dest=x")]
    [InlineData("type=oci")]
    [InlineData("type=oci,dest=x,tar=maybe")]
    [InlineData("size=1")]
    public async Task Outputs_that_are_not_known_are_refused(string output)
    {
        using var cli = new CliRunner();
        Prepare(cli);

        Assert.Equal(2, (await cli.RunAsync("build", "--output", output)).ExitCode);
    }

    [Fact]
    public async Task What_nothing_needs_is_pruned()
    {
        using var cli = new CliRunner();
        Prepare(cli);
        (await cli.RunAsync("build", "-t", "a/b:1")).Succeeded();

        var kept = (await cli.RunAsync("cache", "prune", "--all")).Succeeded();
        (await cli.RunAsync("inspect", "a/b:1")).Succeeded();
        (await cli.RunAsync("remove", "a/b:1")).Succeeded();

        Assert.StartsWith("removed ", kept.Output, StringComparison.Ordinal);
        Assert.Equal("removed 0 files, 0 B; 0 B are left\n", (await cli.RunAsync("cache", "prune")).Succeeded().Output);
        Assert.DoesNotContain(Directory.EnumerateFiles(cli.StorePath, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 1000);
    }

    private static byte[] ReadEntry(string archive, string name)
    {
        using var reader = new System.Formats.Tar.TarReader(File.OpenRead(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == name)
            {
                var bytes = new MemoryStream();
                entry.DataStream!.CopyTo(bytes);
                return bytes.ToArray();
            }
        }

        throw new InvalidOperationException($"{archive} has no {name}.");
    }

    [Fact]
    public async Task Faults_are_shown_with_the_lines_around_them()
    {
        using var cli = new CliRunner();
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nLABEL a=b\nQUANTISE a b\nLABEL c=d\n");

        var result = await cli.RunAsync("build");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("There is no instruction 'QUANTISE'. Did you mean 'QUANTIZE'?\n", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            "GGUFPackerfile:3\n--------------------\n   1 |     FROM scratch\n   2 |     LABEL a=b\n   3 | >>> QUANTISE a b\n   4 |     LABEL c=d\n   5 |     \n--------------------\n",
            result.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_builds_nothing_and_fails_where_it_finds_something()
    {
        using var cli = new CliRunner();
        Prepare(cli);
        Assert.Equal("Check complete, no warnings found.\n", (await cli.RunAsync("build", "--check")).Succeeded().Output);
        cli.WriteFile("GGUFPackerfile", "FROM scratch AS Up\n");

        var found = await cli.RunAsync("build", "--check", "-t", "x:1");

        Assert.Equal(1, found.ExitCode);
        Assert.StartsWith("\nWARNING: StageNameCasing - docs/rules/StageNameCasing.md\n", found.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("x ", (await cli.RunAsync("list")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await cli.RunAsync("build", "--call", "nothing")).ExitCode);
    }

    [Fact]
    public async Task Several_platforms_and_sources_of_contexts_are_passed_on()
    {
        using var cli = new CliRunner();
        Prepare(cli);
        cli.WriteFile("named", "FROM given\nCOPY --from=models /q.gguf /two.gguf\n");

        var built = (await cli.RunAsync("build", "--platform", "linux/amd64,linux/arm64", "-t", "team/base:1", "-o", "layout", "--json")).Succeeded();
        var image = JsonDocument.Parse(built.Output).RootElement.GetProperty("images")[0];
        var layout = (await cli.RunAsync("build", "-f", "named", "--build-context", "given=oci-layout://layout", "--build-context", "models=docker-image://team/base:1", "--json")).Succeeded();

        Assert.Equal(["linux/amd64", "linux/arm64"], image.GetProperty("platforms").EnumerateArray().Select(platform => platform.GetProperty("platform").GetString()));
        Assert.Equal(
            ["/q.gguf", "/two.gguf"],
            JsonDocument.Parse(layout.Output).RootElement.GetProperty("images")[0].GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        Assert.Equal(2, (await cli.RunAsync("build", "-f", "named", "--build-context", "given=oci-layout://missing")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("build", "-f", "named", "--build-context", "given=ftp://x")).ExitCode);
    }

    private static void Prepare(CliRunner cli)
    {
        Models.WriteF16(cli["m.gguf"]);
        cli.WriteFile("GGUFPackerfile", Packerfile);
    }

    private static string? Digest(JsonElement result) => result.GetProperty("images")[0].GetProperty("manifest").GetProperty("digest").GetString();
}
