using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Docker;

namespace GGUFPacker.Cli.Tests.Running;

/// <summary>Containers of the real dockerd, from an image that stands in for llama.cpp's: busybox, which tells over HTTP what it was started with.</summary>
[Trait("Category", "RealParts")]
[ReadsGoldens]
public sealed class DockerRunTests
{
    private const string Image = "localhost/stand-in:1";

    // The arguments, whether the model is there, and whether it can be written to, come as files of a web server that is healthy at once.
    private const string Server = """
        mkdir /www
        for a in "$@"; do echo "$a"; done > /www/arguments
        test "$1" = -m && test -s "$2" && echo there > /www/model
        (echo x >> "$2") 2>/dev/null && echo written > /www/write || echo refused > /www/write
        echo "$STAND_IN" > /www/variable
        echo '{"status":"ok"}' > /www/health
        trap 'kill $server; exit 0' TERM INT
        httpd -f -p 8080 -h /www & server=$!
        wait $server
        """;

    [Fact]
    public async Task A_container_serves_and_is_gone_afterwards()
    {
        await using var docker = await StartAsync();
        using var cli = await NewAsync(docker);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (port, said) = (FreePort(), Task.FromResult(new string[4]));
        cli.OnLine = line =>
        {
            if (line.Contains("is ready at"))
            {
                said = AskAsync(port);
                said.ContinueWith(_ => stop.Cancel(), TaskScheduler.Default);
            }
        };

        var result = await cli.RunAsync(stop.Token, "run", "tiny", "--by", Image, "--port", $"127.0.0.1:{port}", "--env", "STAND_IN=as asked", "--", "--alias", "two words");

        var (arguments, model, write, variable) = await said is [var a, var b, var c, var d] ? (a, b, c, d) : default;
        Assert.Equal(130, result.ExitCode);
        Assert.Equal(["--alias", "two words", "--host", "0.0.0.0"], arguments.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^4..]);
        Assert.StartsWith("-m\n/gp-", arguments);
        Assert.Equal(("there\n", "refused\n", "as asked\n"), (model, write, variable));
        Assert.Equal("", await docker.RunAsync("ps", "--all", "--quiet"));
        Assert.Equal(File.ReadAllBytes(cli["m.gguf"]), File.ReadAllBytes(ShWords.Split((await cli.RunAsync("run", "tiny", "--dry-run", "--by", "x")).Output)[2]));
    }

    [Fact]
    public async Task A_detached_container_runs_on_and_leaves_nothing_when_it_is_stopped()
    {
        await using var docker = await StartAsync();
        using var cli = await NewAsync(docker);
        var port = FreePort();

        var result = (await cli.RunAsync("run", "tiny", "--by", Image, "--port", $"{port}", "--detach", "--name", "asked-for")).Succeeded();

        Assert.Equal($"http://127.0.0.1:{port}\n", result.Output);
        Assert.Equal("there\n", (await AskAsync(port))[1]);
        Assert.Equal("asked-for\n", await docker.RunAsync("ps", "--format", "{{.Names}}"));
        await docker.RunAsync("stop", "asked-for");
        while ((await docker.RunAsync("ps", "--all", "--quiet")).Length > 0)
        {
            // The daemon removes it after it has said that it stopped.
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_container_that_cannot_start_is_a_failure()
    {
        await using var docker = await StartAsync();
        using var cli = await NewAsync(docker);

        var missing = await cli.RunAsync("run", "tiny", "--by", "localhost/no-such-image:1", "--docker-arg=--pull=never", "--port", $"{FreePort()}");
        var detached = await cli.RunAsync("run", "tiny", "--by", "localhost/no-such-image:1", "--docker-arg=--pull=never", "--detach", "--port", $"{FreePort()}");

        Assert.Equal((1, 1), (missing.ExitCode, detached.ExitCode));
        Assert.Contains("no-such-image", missing.Error);
        Assert.Contains("no-such-image", detached.Error);
    }

    private static async Task<DockerDaemon> StartAsync()
    {
        var busybox = Programs.Require("busybox");
        Assert.SkipWhen(File.ReadAllBytes(busybox).AsSpan().IndexOf("/ld-linux"u8) >= 0, "busybox is not a static one (Debian's package busybox-static).");
        var docker = await DockerDaemon.StartAsync();
        using var root = new TemporaryDirectory();
        Directory.CreateDirectory(root["bin"]);
        File.Copy(busybox, root["bin", "sh"]);
        foreach (var applet in new[] { "mkdir", "test", "httpd", "kill" })
        {
            File.Copy(busybox, root["bin", applet]);
        }

        File.WriteAllText(root["serve.sh"], Server.ReplaceLineEndings("\n"));
        await docker.ImportAsync(root.FullName, Image, "[\"/bin/sh\", \"/serve.sh\"]");
        return docker;
    }

    private static async Task<CliRunner> NewAsync(DockerDaemon docker)
    {
        var cli = new CliRunner();
        cli.Variables["PATH"] = cli["programs"];
        docker.WriteProgram(cli["programs", "docker"]);
        Models.WriteF16(cli["m.gguf"]);
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await cli.RunAsync("build", "-t", "tiny")).Succeeded();
        return cli;
    }

    private static async Task<string[]> AskAsync(int port)
    {
        using var client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")) };
        var answers = new List<string>();
        foreach (var file in new[] { "arguments", "model", "write", "variable" })
        {
            answers.Add(await client.GetStringAsync(file));
        }

        return [.. answers];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
