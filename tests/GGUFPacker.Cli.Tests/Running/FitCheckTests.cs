using GGUFPacker.Cli.Running;
using GGUFPacker.Cli.Tests.Estimates;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;
using GGUFPacker.Testing.LlamaCpp;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Running;

/// <summary>A model is held against the memory before its program starts, which here ends at once with 7.</summary>
public sealed class FitCheckTests
{
    private const long GiB = 1L << 30;
    private const string Started = "exit code 7";
    private const string Refused = "does not fit";

    [Theory]
    [InlineData(64 * GiB, 32 * GiB, 0, "", Started)]
    [InlineData(64 * GiB, 100 << 10, 0, "", Refused)]
    [InlineData(64 * GiB, 32 * GiB, 1 << 20, "", Refused)]
    [InlineData(64 * GiB, 32 * GiB, 1 << 20, "--device none", Started)]
    [InlineData(64 * GiB, 32 * GiB, 1 << 20, "-ngl 99", Refused)]
    [InlineData(64 * GiB, 32 * GiB, 1 << 20, "--fit off", Refused)]
    [InlineData(64 * GiB, 32 * GiB, 8 * GiB, "-ngl 99", Started)]
    [InlineData(4 * GiB, 3 * GiB, 0, "-c 100000000 -np 1", Refused)]
    [InlineData(4 * GiB, 3 * GiB, 0, "-c 1024 --no-such-flag 1", Started)]
    public async Task What_does_not_fit_is_refused(long total, long available, long gpu, string arguments, string expected)
    {
        using var cli = await NewAsync();
        cli.Machine = new MachineMemory(total, available, gpu > 0 ? [gpu] : []);

        var result = await cli.RunAsync(["run", "tiny", "--by", LlamaServerProgram.ProgramPath, "--", "--fail", "7", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected == Refused ? Refused : "takes", result.Error);
        Assert.Equal(expected == Started, result.Output.Contains("process") || result.Error.Contains("invalid argument"));
    }

    [Fact]
    public async Task The_user_may_know_better()
    {
        using var cli = await NewAsync();
        cli.Machine = new MachineMemory(1, 1, []);

        var refused = await cli.RunAsync("run", "tiny", "--by", LlamaServerProgram.ProgramPath, "--", "--fail", "7");
        var forced = await cli.RunAsync("run", "tiny", "--force", "--by", LlamaServerProgram.ProgramPath, "--", "--fail", "7");

        Assert.Contains("--force", refused.Error);
        Assert.DoesNotContain("process", refused.Output);
        Assert.Contains(Started, forced.Error);
        Assert.Contains("llama", (await cli.RunAsync("run", "tiny", "--dry-run", "--by", "llama-server")).Succeeded().Output);
    }

    [Fact]
    public async Task Of_a_model_in_a_registry_nothing_is_pulled_that_does_not_fit()
    {
        using var registry = new LoopbackRegistry();
        using var cli = await NewAsync();
        cli.Machine = new MachineMemory(64 * GiB, 32 * GiB, []);
        var (metadata, tensors) = TestModels.Llama(80, 8192, 150_000, TensorType.Q4_0);
        var bytes = LargeImage.AddTo(registry, "team/large", "1", metadata, tensors, cli.Directory, "-c", "4096");
        var image = $"{registry.Host}/team/large:1";

        var refused = await cli.RunAsync("run", image, "--by", LlamaServerProgram.ProgramPath);
        var shown = (await cli.RunAsync("run", image, "--dry-run", "--by", "llama-server")).Succeeded();
        var absent = await cli.RunAsync("run", image, "--by", "no-such-server", "--force");

        Assert.Equal((1, 1), (refused.ExitCode, absent.ExitCode));
        Assert.Contains(Refused, refused.Error);
        Assert.Equal(["llama-server", "-m", "large.gguf", "-c", "4096"], ShWords.Split(shown.Output).Select(word => Path.GetFileName(word)));
        Assert.Contains("a dry run pulls nothing", shown.Error);
        Assert.Contains("no program 'no-such-server'", absent.Error);
        Assert.True(registry.BytesSent < bytes / 1000, $"{registry.BytesSent} of {bytes} bytes moved");
        Assert.DoesNotContain("team/large", (await cli.RunAsync("list")).Output);
    }

    [Fact]
    public async Task The_machine_knows_its_memory()
    {
        var machine = await MachineMemory.ReadAsync(new CliEnvironment { Console = null!, Variable = _ => null, Home = "", CurrentDirectory = "" }, TestContext.Current.CancellationToken);

        Assert.True(machine.Total >= machine.Available && machine.Available > 0);
        Assert.Equal([24564L << 20, 1L << 20], MachineMemory.ParseGpus("24564\n1\n[N/A]\n"));
    }

    private static async Task<CliRunner> NewAsync()
    {
        var cli = new CliRunner();
        cli.Variables["PATH"] = cli["programs"];
        Directory.CreateDirectory(cli.Directory);
        File.Copy(Goldens.InRepository("packer", "gguf", "tiny-llama.F16.gguf"), cli["m.gguf"]);
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await cli.RunAsync("build", "-t", "tiny")).Succeeded();
        return cli;
    }
}
