using System.Text.Json;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing.Registry;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Commands;

/// <summary>Commands with images whose layers stay in their registry.</summary>
[ReadsGoldens]
public sealed class BaseImageCommandTests : IDisposable
{
    private readonly LoopbackRegistry _registry = new() { Access = RegistryAccess.Token };
    private readonly CliRunner _cli = new();

    public BaseImageCommandTests()
    {
        _cli.Variables["DOTNET_CONTAINER_REGISTRY_UNAME"] = "user";
        _cli.Variables["DOTNET_CONTAINER_REGISTRY_PWORD"] = "pass word";
    }

    public void Dispose()
    {
        _registry.Dispose();
        _cli.Dispose();
    }

    [Fact]
    public async Task A_child_of_a_private_image_is_built_pushed_and_used()
    {
        await PushBaseAsync();
        _cli.WriteFile("GGUFPackerfile", $"FROM {_registry.Host}/team/base:1\nCMD [\"-m\", \"m.gguf\", \"-c\", \"64\"]\n");

        (await _cli.RunAsync("build", "-t", $"{_registry.Host}/mine/child:1", "--push")).Succeeded();

        Assert.Contains(_registry.Requests, request => request.Method == "POST" && request.Query.GetValueOrDefault("from") == "team/base");
        Assert.DoesNotContain(Directory.EnumerateFiles(_cli.StorePath, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 8000);
        Assert.Contains("child", (await _cli.RunAsync("list")).Succeeded().Output, StringComparison.Ordinal);

        // The tiny model is no real one, so something is found in it: its header is read where it is.
        var image = $"{_registry.Host}/mine/child:1";
        var verified = await _cli.RunAsync("verify", image);
        Assert.DoesNotContain("does not have the layer", verified.Output + verified.Error, StringComparison.Ordinal);
        Assert.Contains("-c 64", (await _cli.RunAsync("run", "--dry-run", "--by", "llama-server", image)).Succeeded().Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(_cli.StorePath, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 8000);

        (await _cli.RunAsync("pull", image)).Succeeded();
        Assert.Contains(Directory.EnumerateFiles(_cli.StorePath, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 8000);
        Assert.Equal("", (await _cli.RunAsync("run", "--dry-run", "--by", "/bin/none", image)).Succeeded().Error);
    }

    [Fact]
    public async Task A_check_asks_for_bases_and_moves_no_layer()
    {
        await PushBaseAsync();
        Login();
        _cli.WriteFile("GGUFPackerfile", $"FROM {_registry.Host}/team/base:1\nCMD [\"-m\", \"m.gguf\"]\n");

        var there = (await _cli.RunAsync("build", "--check", "--progress", "plain")).Succeeded();

        Assert.Contains($"load metadata of {_registry.Host}/team/base:1", there.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(_cli.StorePath, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 8000);
        Assert.Contains("base", (await _cli.RunAsync("build", "--check", "--platform", "linux/arm64")).Output, StringComparison.Ordinal);

        _cli.WriteFile("GGUFPackerfile", $"FROM {_registry.Host}/team/base:2\nCMD [\"-m\", \"m.gguf\"]\n");
        var missing = await _cli.RunAsync("build", "--check");
        var asJson = await _cli.RunAsync("build", "--call", "check,format=json");

        Assert.Equal((1, 1), (missing.ExitCode, asJson.ExitCode));
        Assert.Contains("There is no image", missing.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(asJson.Output);
        Assert.Contains("team/base:2", json.RootElement.GetProperty("buildError").GetProperty("message").GetString(), StringComparison.Ordinal);
        (await _cli.RunAsync("build", "--call", "outline")).Succeeded();
    }

    [Fact]
    public async Task A_layout_is_whole()
    {
        await PushBaseAsync();
        _cli.WriteFile("GGUFPackerfile", $"FROM {_registry.Host}/team/base:1\nLABEL a=b\n");

        // A file may name any registry: the environment's credential is not for those, Docker's login is.
        Assert.Equal(1, (await _cli.RunAsync("build")).ExitCode);
        Login();
        (await _cli.RunAsync("build", "-t", "localhost/mine/child:1", "-o", "child.tar")).Succeeded();

        using var other = new CliRunner();
        other.WriteFile("GGUFPackerfile", "FROM given\nLABEL c=d\n");
        File.Copy(_cli["child.tar"], other["child.tar"]);
        (await other.RunAsync("build", "-t", "localhost/other:1", "--build-context", "given=oci-layout://child.tar")).Succeeded();
        using var store = other.OpenStore();
        var manifest = store.Tags.Find(ImageReference.Parse("localhost/other:1"))!.Manifest;
        Assert.Equal(["m.gguf"], new ImageContent(store, manifest.Digest).Files().Keys);
    }

    [Fact]
    public async Task Pull_asks_again()
    {
        await PushBaseAsync();
        Login();
        _cli.WriteFile("GGUFPackerfile", $"FROM {_registry.Host}/team/base:1\nLABEL a=b\n");
        (await _cli.RunAsync("pull", $"{_registry.Host}/team/base:1")).Succeeded();
        var before = _registry.Requests.Count;

        (await _cli.RunAsync("build")).Succeeded();
        Assert.Equal(before, _registry.Requests.Count);
        (await _cli.RunAsync("build", "--pull")).Succeeded();
        Assert.Contains(_registry.Requests.Skip(before), request => request.Path == "/v2/team/base/manifests/1");
    }

    private void Login()
    {
        var login = Convert.ToBase64String("user:pass word"u8);
        _cli.WriteFile("docker/config.json", JsonSerializer.Serialize(new { auths = new Dictionary<string, object> { [_registry.Host] = new { auth = login } } }));
        _cli.Variables["DOCKER_CONFIG"] = _cli["docker"];
    }

    private async Task PushBaseAsync()
    {
        using var sender = new CliRunner();
        foreach (var (name, value) in _cli.Variables.Where(variable => variable.Key.StartsWith("DOTNET_", StringComparison.Ordinal)))
        {
            sender.Variables[name] = value;
        }

        Models.WriteF16(sender["m.gguf"]);
        sender.WriteFile("GGUFPackerfile", "FROM scratch\nCOPY m.gguf /\nCMD [\"-m\", \"m.gguf\"]\n");
        (await sender.RunAsync("build", "-t", $"{_registry.Host}/team/base:1", "--push")).Succeeded();
    }
}
