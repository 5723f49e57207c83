using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Cli.Tests.Running;

/// <summary>From the start of a program to its end, with a program that stands in for llama-server.</summary>
public sealed class ModelRunTests
{
    private static readonly string Server = LlamaServerProgram.ProgramPath;

    [Fact]
    public async Task A_program_is_told_ready_and_ends_with_the_command()
    {
        using var cli = await NewAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var port = FreePort();
        cli.OnLine = line =>
        {
            if (line.Contains("is ready at"))
            {
                stop.Cancel();
            }
        };

        var result = await cli.RunAsync(stop.Token, "run", "tiny", "--by", Server, "--port", $"{port}", "--env", "GGUFPACKER_STAND_IN=as asked", "--", "--stand-in", "2");

        Assert.Contains($"tiny is ready at http://127.0.0.1:{port}", result.Error);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("variable as asked", result.Output);
        Assert.False(IsRunning(ProcessId(result.Output)));
    }

    [Fact]
    public async Task What_ends_before_it_is_ready_is_a_failure()
    {
        using var cli = await NewAsync();

        var result = await cli.RunAsync("run", "tiny", "--by", Server, "--port", $"{FreePort()}", "--", "--fail", "7");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("exit code 7", result.Error);
        Assert.DoesNotContain("ready", result.Error);
    }

    [Fact]
    public async Task A_port_in_use_is_told_before_anything_starts()
    {
        using var cli = await NewAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var result = await cli.RunAsync("run", "tiny", "--by", Server, "--port", $"{((IPEndPoint)listener.LocalEndpoint).Port}", "--", "--stand-in", "0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--port", result.Error);
        Assert.DoesNotContain("process", result.Output);
    }

    [Fact]
    public async Task A_detached_program_outlives_the_command()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "programs are detached on Unix only");
        using var cli = await NewAsync();
        var port = FreePort();

        var result = (await cli.RunAsync("run", "tiny", "--by", Server, "--detach", "--port", $"{port}", "--", "--stand-in", "2")).Succeeded();

        var id = int.Parse(Regex.Match(result.Error, "kill (\\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
        using var process = Process.GetProcessById(id);
        Assert.Equal($"http://127.0.0.1:{port}\n", result.Output);
        using var client = new HttpClient();
        Assert.Contains("ok", await client.GetStringAsync($"http://127.0.0.1:{port}/health", TestContext.Current.CancellationToken));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_detached_program_that_fails_shows_the_end_of_its_output()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "programs are detached on Unix only");
        using var cli = await NewAsync();

        var result = await cli.RunAsync("run", "tiny", "--by", Server, "--detach", "--port", $"{FreePort()}", "--", "--no-such-flag", "1");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("invalid argument: --no-such-flag", result.Error);
    }

    [Fact]
    public async Task Slips_in_the_command_line_are_told()
    {
        using var cli = await NewAsync();
        cli.WriteFile("GGUFPackerfile", "FROM tiny\nCMD [\"-m\", \"m.gguf\", \"--chat-template-file\", \"gone.jinja\"]\n");
        (await cli.RunAsync("build", "-t", "other")).Succeeded();

        // Of the files that CMD names only the model's own must be there; verify looks at the others.
        Assert.Contains("gone.jinja", (await cli.RunAsync("run", "other", "--dry-run")).Succeeded().Output);
        Assert.Equal(2, (await cli.RunAsync("run", "other", "--dry-run", "--prot", "1")).ExitCode);
        Assert.Equal(2, (await cli.RunAsync("run", "other", "--dry-run", "--port", "0")).ExitCode);
        Assert.Equal(1, (await cli.RunAsync("run", "other", "--by", "no-such-program")).ExitCode);
    }

    [Fact]
    public async Task The_files_are_links_and_are_gone_after_the_model()
    {
        using var cli = await NewAsync();
        var line = ShWords.Split((await cli.RunAsync("run", "tiny", "--dry-run", "--by", "llama-server")).Succeeded().Output);
        var file = line[2];

        Assert.Equal(File.ReadAllBytes(cli["m.gguf"]), File.ReadAllBytes(file));
        Assert.Equal(line, ShWords.Split((await cli.RunAsync("run", "tiny", "--dry-run", "--by", "llama-server")).Output));
        (await cli.RunAsync("cache", "prune")).Succeeded();
        Assert.True(File.Exists(file));
        (await cli.RunAsync("remove", "tiny")).Succeeded();
        Assert.False(File.Exists(file));
    }

    private static async Task<CliRunner> NewAsync()
    {
        var cli = new CliRunner();
        cli.Variables["PATH"] = cli["programs"];
        Models.WriteF16(cli["m.gguf"]);
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await cli.RunAsync("build", "-t", "tiny")).Succeeded();
        return cli;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static int ProcessId(string output) => int.Parse(Regex.Match(output, "process (\\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
