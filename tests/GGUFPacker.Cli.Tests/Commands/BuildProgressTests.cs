using System.Text.Json;

namespace GGUFPacker.Cli.Tests.Commands;

public sealed class BuildProgressTests : IDisposable
{
    private const string Packerfile = "FROM scratch AS base\nCAT one /a.txt\nFROM base\nQUANTIZE --from=context --type=Q8_0 m.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n";
    private readonly CliRunner _cli = new();

    public BuildProgressTests()
    {
        Models.WriteF16(_cli["m.gguf"]);
        _cli.WriteFile("GGUFPackerfile", Packerfile);
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Lines_number_the_steps_and_a_summary_closes_them()
    {
        var first = (await _cli.RunAsync("build", "-t", "a/b:1")).Succeeded();
        var second = (await _cli.RunAsync("build", "-t", "a/b:1", "--progress=plain")).Succeeded();

        Assert.Contains("#1 [base 1/1] CAT one /a.txt\n#1 DONE ", first.Error, StringComparison.Ordinal);
        Assert.Contains("\n\n#2 [stage-1 1/1] QUANTIZE --from=context --type=Q8_0 m.gguf q.gguf\n", first.Error, StringComparison.Ordinal);
        Assert.Matches(@"built 1 image in [0-9.]+s: 2 steps run, 0 cached; wrote 2 files \([^)]+\)\n", first.Error);
        Assert.Contains("#2 CACHED\n", second.Error, StringComparison.Ordinal);
        Assert.Matches(@"built 1 image in [0-9.]+s: 0 steps run, 2 cached; reused 2 files \([^)]+\)\n", second.Error);
        Assert.StartsWith("a/b:1  sha256:", second.Output.Replace("docker.io/", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_json_is_all_there_is_and_tells_each_step_twice()
    {
        _cli.Variables["BUILDKIT_PROGRESS"] = "rawjson";
        var result = (await _cli.RunAsync("build")).Succeeded();

        var vertices = result.Error.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("vertexes", out _)).Select(line => line.GetProperty("vertexes")[0]).ToList();
        Assert.Equal(4, vertices.Count);
        Assert.Equal(2, vertices.Count(vertex => vertex.TryGetProperty("completed", out _)));
        Assert.All(vertices, vertex => Assert.Matches("^sha256:[0-9a-f]{64}$", vertex.GetProperty("digest").GetString()));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("rawjson")]
    public async Task A_step_without_a_file_is_shown_each_time_it_works(string mode)
    {
        _cli.WriteFile("GGUFPackerfile", "FROM scratch AS wide\nQUANTIZE --from=context --type=F32 m.gguf w.gguf\nFROM scratch\nQUANTIZE --from=wide --type=Q8_0 w.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n");

        var error = (await _cli.RunAsync("build", "--progress", mode)).Succeeded().Error;

        if (mode == "plain")
        {
            Assert.Contains("#2 [wide 1/1] QUANTIZE --from=context --type=F32 m.gguf w.gguf\n#2 Made while the next step reads it; no file is written.\n#2 DONE ", error, StringComparison.Ordinal);
            Assert.Contains("2 steps run, 0 cached; wrote 1 file", error, StringComparison.Ordinal);
            return;
        }

        var lines = error.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var wide = lines.Where(line => line.TryGetProperty("vertexes", out var vertexes) && vertexes[0].GetProperty("name").GetString()!.Contains("wide 1/1")).ToList();
        Assert.Equal([false, true], wide.Select(line => line.GetProperty("vertexes")[0].TryGetProperty("completed", out _)));
        Assert.Contains(lines, line => line.TryGetProperty("logs", out var logs) && logs[0].GetProperty("vertex").GetString() == wide[0].GetProperty("vertexes")[0].GetProperty("digest").GetString());
    }

    [Fact]
    public async Task Quiet_leaves_the_result()
    {
        var result = (await _cli.RunAsync("build", "--progress", "quiet")).Succeeded();

        Assert.Equal("", result.Error);
        Assert.Contains("sha256:", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_option_wins_over_the_variable_and_both_are_checked()
    {
        _cli.Variables["BUILDKIT_PROGRESS"] = "quiet";
        Assert.Contains("#1 ", (await _cli.RunAsync("build", "--progress", "plain")).Succeeded().Error, StringComparison.Ordinal);
        Assert.Equal(2, (await _cli.RunAsync("build", "--progress", "tty")).ExitCode);
        Assert.Equal(2, (await _cli.RunAsync("build", "--progress", "colourful")).ExitCode);
        _cli.Variables["BUILDKIT_PROGRESS"] = "colourful";
        Assert.Contains("BUILDKIT_PROGRESS", (await _cli.RunAsync("build")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_carries_what_was_written_and_reused()
    {
        var first = JsonDocument.Parse((await _cli.RunAsync("build", "--json")).Succeeded().Output).RootElement;
        var second = JsonDocument.Parse((await _cli.RunAsync("build", "--json", "--no-cache-filter", "1")).Succeeded().Output).RootElement;

        Assert.Equal(2, first.GetProperty("written").GetProperty("files").GetInt32());
        Assert.Equal((1, 1), (second.GetProperty("written").GetProperty("files").GetInt32(), second.GetProperty("reused").GetProperty("files").GetInt32()));
        Assert.Equal((1, 1), (second.GetProperty("stepsRun").GetInt32(), second.GetProperty("stepsCached").GetInt32()));
        Assert.Equal(1, (await _cli.RunAsync("build", "--no-cache-filter", "nothing")).ExitCode);
    }
}
