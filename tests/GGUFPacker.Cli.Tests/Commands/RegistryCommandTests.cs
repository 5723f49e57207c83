using System.Text.Json;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Commands;

public sealed class RegistryCommandTests
{
    [Fact]
    public async Task What_is_pushed_can_be_pulled_into_an_empty_store()
    {
        using var registry = new LoopbackRegistry();
        using var sender = new CliRunner();
        using var receiver = new CliRunner();
        Models.WriteF16(sender["m.gguf"]);
        sender.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await sender.RunAsync("build", "-t", "tiny")).Succeeded();

        var pushed = JsonDocument.Parse((await sender.RunAsync("push", "tiny", $"{registry.Host}/team/tiny:f16", "--json")).Succeeded().Output).RootElement;
        var pulled = (await receiver.RunAsync("pull", $"{registry.Host}/team/tiny:f16")).Succeeded();
        var again = (await receiver.RunAsync("pull", $"{registry.Host}/team/tiny:f16")).Succeeded();

        var digest = pushed.GetProperty("digest").GetString();
        Assert.Equal($"{registry.Host}/team/tiny:f16  {digest}\n", pulled.Output);
        Assert.Equal(pulled.Output, again.Output);
        Assert.Contains("--force", again.Error, StringComparison.Ordinal);
        Assert.Equal(
            (await sender.RunAsync("inspect", "tiny")).Succeeded().Output,
            (await receiver.RunAsync("inspect", $"{registry.Host}/team/tiny:f16")).Succeeded().Output);
        using var store = receiver.OpenStore();
        var size = new FileInfo(sender["m.gguf"]).Length;
        var file = Assert.Single(Directory.EnumerateFiles(receiver.StorePath, "*", SearchOption.AllDirectories), f => new FileInfo(f).Length == size);
        Assert.Equal(File.ReadAllBytes(sender["m.gguf"]), File.ReadAllBytes(file));
    }

    [Fact]
    public async Task A_build_can_push_at_once_with_the_credentials_of_the_environment()
    {
        using var registry = new LoopbackRegistry { Access = RegistryAccess.Token };
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");

        var refused = await cli.RunAsync("build", "-t", $"{registry.Host}/a/b", "--push");
        cli.Variables["DOTNET_CONTAINER_REGISTRY_UNAME"] = "user";
        cli.Variables["DOTNET_CONTAINER_REGISTRY_PWORD"] = "pass word";
        (await cli.RunAsync("build", "-t", $"{registry.Host}/a/b", "--push")).Succeeded();

        Assert.Equal(1, refused.ExitCode);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["latest"], registry.Content.Tags("a/b"));
        Assert.Equal(2, (await cli.RunAsync("build", "--push")).ExitCode);
    }

    [Fact]
    public async Task Names_that_nobody_has_are_failures()
    {
        using var registry = new LoopbackRegistry();
        using var cli = new CliRunner();

        Assert.Equal(1, (await cli.RunAsync("pull", $"{registry.Host}/no/such:1")).ExitCode);
        Assert.Equal(1, (await cli.RunAsync("inspect", $"{registry.Host}/no/such:1")).ExitCode);
        Assert.Equal(1, (await cli.RunAsync("push", "no/such:1")).ExitCode);
        Assert.Equal("[]\n", (await cli.RunAsync("list", "--json")).Succeeded().Output);
    }

    [Fact]
    public async Task A_stopped_pull_ends_with_130_and_leaves_no_name()
    {
        using var registry = new LoopbackRegistry();
        using var cli = new CliRunner();
        Models.WriteF16(cli["m.gguf"]);
        cli.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await cli.RunAsync("build", "-t", $"{registry.Host}/a/b", "--push")).Succeeded();
        using var receiver = new CliRunner();
        registry.Add(new RegistryFault("GET", "/blobs/") { BreakAfter = 10, Silent = true, Times = 1000 });
        using var stop = new CancellationTokenSource();

        var pull = receiver.RunAsync(stop.Token, "pull", $"{registry.Host}/a/b");
        while (!registry.Requests.Any(request => request.Method == "GET" && request.Path.Contains("/blobs/", StringComparison.Ordinal)))
        {
            Assert.False(pull.IsCompleted, "The pull ended before it could be stopped.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();

        Assert.Equal(130, (await pull).ExitCode);
        Assert.Equal("[]\n", (await receiver.RunAsync("list", "--json")).Succeeded().Output);
    }
}
