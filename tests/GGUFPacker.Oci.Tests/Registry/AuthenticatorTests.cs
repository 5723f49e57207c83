using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Registry.Authentication;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Oci.Tests.Registry;

/// <summary>Where credentials do not go; no real registry of another machine is needed to see it.</summary>
public sealed class AuthenticatorTests : IDisposable
{
    private static readonly RegistryName s_registry = ImageReference.Parse("registry.example/a").Registry;

    private readonly HttpClient _http = new();
    private readonly RegistryOptions _options = new() { Credentials = (_, _) => ValueTask.FromResult<RegistryCredential?>(new("user", "pass word")) };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Credential_is_not_sent_over_plain_http_to_another_machine()
    {
        var authenticator = new Authenticator(s_registry, _http, _options);
        authenticator.Learn(new AuthenticationChallenge("Basic", null, null, null));
        var exception = await Assert.ThrowsAsync<RegistryException>(() => authenticator.HeaderAsync("", secure: false, CancellationToken.None));
        Assert.Equal("The credential for registry.example is not sent over plain HTTP.", exception.Message);
        Assert.Equal("Basic", (await authenticator.HeaderAsync("", secure: true, CancellationToken.None))!.Scheme);

        var insecure = new Authenticator(s_registry, _http, _options with { Insecure = true });
        insecure.Learn(new AuthenticationChallenge("Basic", null, null, null));
        Assert.NotNull(await insecure.HeaderAsync("", secure: false, CancellationToken.None));
    }

    [Fact]
    public async Task Token_service_without_tls_is_not_asked_on_behalf_of_a_registry_with()
    {
        using var server = new LoopbackServer(_ => LoopbackResponse.Empty(200));
        var authenticator = new Authenticator(s_registry, _http, _options);
        authenticator.Learn(new AuthenticationChallenge("Bearer", new Uri($"http://{server.Host}/token"), null, null));
        await Assert.ThrowsAsync<RegistryException>(() => authenticator.HeaderAsync("", secure: true, CancellationToken.None));
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("no json", "gave no JSON")]
    [InlineData("{}", "gave no token")]
    [InlineData("{\"token\":7}", "gave no JSON")]
    public async Task Answer_without_a_token_is_refused(string body, string message)
    {
        using var server = new LoopbackServer(_ => new LoopbackResponse(200, System.Text.Encoding.UTF8.GetBytes(body)));
        var authenticator = new Authenticator(ImageReference.Parse($"{server.Host}/a").Registry, _http, _options);
        authenticator.Learn(new AuthenticationChallenge("Bearer", new Uri($"http://{server.Host}/token"), null, null));
        var exception = await Assert.ThrowsAsync<RegistryException>(() => authenticator.HeaderAsync("", secure: false, CancellationToken.None));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_is_asked_for_once_and_again_when_it_ends()
    {
        var clock = new Clock();
        using var server = new LoopbackServer(_ => new LoopbackResponse(200, "{\"access_token\":\"t\",\"expires_in\":100}"u8.ToArray()));
        var authenticator = new Authenticator(ImageReference.Parse($"{server.Host}/a").Registry, _http, _options with { Time = clock });
        authenticator.Learn(new AuthenticationChallenge("Bearer", new Uri($"http://{server.Host}/token?a=b"), "my service", null));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("t", (await authenticator.HeaderAsync("repository:a:pull repository:b:pull", secure: false, CancellationToken.None))!.Parameter);
        }

        var request = Assert.Single(server.Requests);
        Assert.Equal("/token?a=b&service=my%20service&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull", request.Target);
        clock.Now += TimeSpan.FromSeconds(95);
        await authenticator.HeaderAsync("repository:a:pull repository:b:pull", secure: false, CancellationToken.None);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Identity_token_is_traded_for_a_token()
    {
        string? body = null;
        using var server = new LoopbackServer(request =>
        {
            body = System.Text.Encoding.UTF8.GetString(request.ReadBody());
            return new LoopbackResponse(200, "{\"access_token\":\"t\"}"u8.ToArray());
        });
        var options = _options with { Credentials = (_, _) => ValueTask.FromResult<RegistryCredential?>(new("", "refresh") { IsIdentityToken = true }) };
        var authenticator = new Authenticator(ImageReference.Parse($"{server.Host}/a").Registry, _http, options);
        authenticator.Learn(new AuthenticationChallenge("Bearer", new Uri($"http://{server.Host}/token"), "s", null));
        Assert.Equal("t", (await authenticator.HeaderAsync("repository:a:pull", secure: false, CancellationToken.None))!.Parameter);
        Assert.Equal("POST", Assert.Single(server.Requests).Method);
        Assert.Equal("grant_type=refresh_token&service=s&scope=repository%3Aa%3Apull&client_id=gguf-packer&refresh_token=refresh", body);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
