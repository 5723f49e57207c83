using System.Text;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Registry.Authentication;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Oci.Tests.Registry;

[ReadsGoldens]
public sealed class AuthenticationTests : RegistryTestBase
{
    private static readonly RegistryCredential s_login = new("user", "pass word");

    [Theory]
    [InlineData(RegistryAccess.Basic)]
    [InlineData(RegistryAccess.Token)]
    [InlineData(RegistryAccess.AnonymousToken)]
    public async Task Image_goes_and_comes_with_a_login(RegistryAccess access)
    {
        using var registry = new LoopbackRegistry { Access = access };
        var client = NewClient(access == RegistryAccess.AnonymousToken ? null : s_login);
        var manifest = MakeImage();
        await new ImagePush(client, Store).RunAsync(new PushRequest(manifest, Reference(registry)), null, Token);
        await new ImagePush(client, Store).RunAsync(new PushRequest(manifest, Reference(registry, "other/name:1")) { MountFrom = ["team/model"] }, null, Token);
        await new ImagePull(client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);
        AssertPulled(Reference(registry), manifest);
        Assert.NotNull(registry.Content.Manifest("other/name", "1"));
    }

    [Fact]
    public async Task Token_that_expires_is_renewed_midway()
    {
        using var registry = new LoopbackRegistry { Access = RegistryAccess.Token, TokenUses = 2 };
        var manifest = MakeImage(9_000_000);
        await new ImagePush(NewClient(s_login, o => o with { ParallelTransfers = 1 }), Store).RunAsync(
            new PushRequest(manifest, Reference(registry)), null, Token);
        Assert.NotNull(registry.Content.Manifest("team/model", "Q4_K_M"));
        Assert.True(registry.Requests.Count(r => r.Path == "/token") > 3);
    }

    [Theory]
    [InlineData(RegistryAccess.Basic)]
    [InlineData(RegistryAccess.Token)]
    public async Task Missing_or_wrong_login_is_said(RegistryAccess access)
    {
        using var registry = new LoopbackRegistry { Access = access };
        var none = await Assert.ThrowsAsync<RegistryException>(
            () => new ImagePull(NewClient(), Other).RunAsync(new PullRequest(Reference(registry)), null, Token));
        Assert.Contains("no credential for it was found", none.Message, StringComparison.Ordinal);
        var wrong = await Assert.ThrowsAsync<RegistryException>(
            () => new ImagePull(NewClient(new("user", "SECRET")), Other).RunAsync(new PullRequest(Reference(registry)), null, Token));
        Assert.Contains("not accept", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credential_is_asked_for_by_the_registrys_own_name()
    {
        using var registry = new LoopbackRegistry { Access = RegistryAccess.Basic };
        var asked = new List<string>();
        var client = Own(new RegistryClient(new RegistryOptions
        {
            Credentials = (name, _) =>
            {
                asked.Add(name.Name);
                return ValueTask.FromResult<RegistryCredential?>(s_login);
            },
        }));
        await Assert.ThrowsAsync<RegistryException>(() => new ImagePull(client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token));
        Assert.Equal([registry.Host], asked);
    }

    [Fact]
    public async Task Credential_does_not_follow_a_redirect_to_another_host()
    {
        // "localhost" and "127.0.0.1" are two hosts, and so are two ports.
        using var registry = new LoopbackRegistry { Access = RegistryAccess.Basic, RedirectsBlobs = true };
        var client = NewClient(s_login);
        await new ImagePush(client, Store).RunAsync(new PushRequest(MakeImage(), Reference(registry)), null, Token);
        await new ImagePull(client, Other).RunAsync(new PullRequest(Reference(registry)), null, Token);
        Assert.Equal(3, registry.StorageRequests.Count);
        Assert.All(registry.StorageRequests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task Upload_that_is_sent_to_another_host_goes_without_credential()
    {
        using var registry = new LoopbackRegistry { Access = RegistryAccess.Basic, UploadsElsewhere = true };
        var client = NewClient(s_login, o => o with { Retries = 0 });
        await Assert.ThrowsAsync<RegistryException>(
            () => new ImagePush(client, Store).RunAsync(new PushRequest(MakeImage(), Reference(registry)), null, Token));
        Assert.NotEmpty(registry.StorageRequests);
        Assert.All(registry.StorageRequests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task Docker_config_is_read()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["config.json"], $$$"""
            {"auths":{
              "https://index.docker.io/v1/":{"auth":"{{{Base64("hub:a:b")}}}"},
              "ghcr.io":{"auth":"{{{Base64("me:token")}}}"},
              "localhost:5000":{"username":"u","password":"p"},
              "acr.example":{"auth":"{{{Base64("00000000-0000-0000-0000-000000000000:")}}}","identitytoken":"refresh"},
              "empty.example":{}},
             "credHelpers":{"helped.example":"one"},
             "credsStore":"all"}
            """, Token);
        var asked = new List<string>();
        var credentials = new DockerCredentials(name => name == "DOCKER_CONFIG" ? directory.FullName : null, directory["home"], (helper, key, _) =>
        {
            asked.Add($"{helper} {key}");
            return Task.FromResult<string?>(helper == "one" ? """{"Username":"<token>","Secret":"s"}""" : null);
        });
        Assert.Equal(new RegistryCredential("hub", "a:b"), await Find("alpine"));
        Assert.Equal(new RegistryCredential("me", "token"), await Find("ghcr.io/a/b"));
        Assert.Equal(new RegistryCredential("u", "p"), await Find("localhost:5000/a"));
        Assert.Equal(new RegistryCredential("", "refresh") { IsIdentityToken = true }, await Find("acr.example/a"));
        Assert.Equal(new RegistryCredential("", "s") { IsIdentityToken = true }, await Find("helped.example/a"));
        Assert.Null(await Find("empty.example/a"));
        Assert.Null(await Find("localhost:5001/a"));
        Assert.Equal(["one helped.example", "all empty.example", "all localhost:5001"], asked);

        async Task<RegistryCredential?> Find(string reference) => await credentials.FindAsync(ImageReference.Parse(reference).Registry, Token);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"auths\":{\"a.b\":{\"auth\":\"%%%\"}}}")]
    [InlineData("{\"auths\":{\"a.b\":{\"auth\":\"eA==\"}}}")]
    public async Task Faulty_docker_config_is_named(string json)
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["config.json"], json, Token);
        var credentials = new DockerCredentials(name => name == "DOCKER_CONFIG" ? directory.FullName : null, directory["home"]);
        var exception = await Assert.ThrowsAsync<RegistryException>(() => credentials.FindAsync(ImageReference.Parse("a.b/c").Registry, Token).AsTask());
        Assert.Contains(directory["config.json"], exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credential_helper_is_a_program()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("The helper of this test is a shell script.");
            return;
        }

        using var directory = new TemporaryDirectory();
        var helper = directory["docker-credential-test"];
        await File.WriteAllTextAsync(helper, "#!/bin/sh\nread host\nif [ \"$host\" = known.example ]; then echo '{\"Username\":\"u\",\"Secret\":\"s\"}'; else echo 'credentials not found in native keychain'; exit 1; fi\n", Token);
        File.SetUnixFileMode(helper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(directory["config.json"], """{"credsStore":"test"}""", Token);
        var path = directory.FullName + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        var credentials = new DockerCredentials(name => name switch { "DOCKER_CONFIG" => directory.FullName, "PATH" => path, _ => null }, directory["home"]);
        Assert.Equal(new RegistryCredential("u", "s"), await credentials.FindAsync(ImageReference.Parse("known.example/a").Registry, Token));
        Assert.Null(await credentials.FindAsync(ImageReference.Parse("unknown.example/a").Registry, Token));
        await Assert.ThrowsAsync<RegistryException>(() => CredentialHelper.GetAsync("no-such-helper", "x", path, Token));
        await Assert.ThrowsAsync<RegistryException>(() => CredentialHelper.GetAsync("../evil", "x", path, Token));
    }

    [Fact]
    public void Environment_credential_prefers_the_direction()
    {
        var variables = new Dictionary<string, string>
        {
            ["DOTNET_CONTAINER_REGISTRY_UNAME"] = "both",
            ["DOTNET_CONTAINER_REGISTRY_PWORD"] = "1",
            ["DOTNET_CONTAINER_PUSH_REGISTRY_UNAME"] = "push",
            ["DOTNET_CONTAINER_PUSH_REGISTRY_PWORD"] = "2",
        };
        Assert.Equal("push", EnvironmentCredential.Read(variables.GetValueOrDefault, pushing: true)!.User);
        Assert.Equal("both", EnvironmentCredential.Read(variables.GetValueOrDefault, pushing: false)!.User);
        Assert.Null(EnvironmentCredential.Read(_ => null, pushing: true));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
