using GGUFPacker.Testing.Hub;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>What a server says about the next try is heeded; told by a clock that does not run.</summary>
public sealed class HttpWaitTests
{
    [Theory]
    [InlineData(429, "Retry-After", "7", 7)]
    [InlineData(503, "Retry-After", "120", 120)]
    [InlineData(503, "Retry-After", "Thu, 01 Jan 2026 00:01:30 GMT", 90)]
    [InlineData(429, "Retry-After", "86400", 300)]
    [InlineData(503, "Retry-After", "Wed, 31 Dec 2025 00:00:00 GMT", 0)]
    [InlineData(429, "RateLimit", "\"api\";r=0;t=42", 42)]
    [InlineData(502, "X-None", "", 0.5)]
    public async Task A_server_that_is_busy_is_left_alone_for_as_long_as_it_says(int status, string header, string value, double seconds)
    {
        var times = 1;
        using var server = new LoopbackServer(request => times-- > 0
            ? LoopbackResponse.Empty(status, (header, value))
            : LoopbackResponse.Ranged(request, "bytes"u8.ToArray()));
        using var build = new SourceHarness();
        var time = new RecordingTime();
        build.Http = build.Http with { Time = time, RetryDelay = TimeSpan.FromSeconds(0.5) };

        Assert.Equal(["/a"], (await build.ImageAsync($"FROM scratch\nADD http://{server.Host}/a /\n")).Files.Select(file => file.Path));

        Assert.Equal(seconds == 0 ? [] : [TimeSpan.FromSeconds(seconds)], time.Waits);
    }

    [Fact]
    public async Task Waits_grow_and_end_with_an_error_that_says_what_the_server_said()
    {
        using var hub = new LoopbackHub();
        hub.Add("team/tiny", "config.json", "{}"u8.ToArray());
        hub.Add(new RegistryFault("GET", "/revision/") { Status = 429, Times = 100, RetryAfter = "" });
        using var build = new SourceHarness(hub);
        var time = new RecordingTime();
        build.Http = build.Http with { Time = time, RetryDelay = TimeSpan.FromSeconds(1), Retries = 4 };

        Assert.Equal("2 team/tiny: the hub allows no more requests for now; with a token in HF_TOKEN it allows more.", await build.FailAsync("FROM scratch\nADD hf://team/tiny /\n"));

        Assert.Equal([1, 2, 4, 8], time.Waits.Select(wait => wait.TotalSeconds));
    }

    [Theory]
    [InlineData("file:///etc/passwd", "redirects to 'file:', which is no web address")]
    [InlineData("ftp://example.org/a", "redirects to 'ftp:', which is no web address")]
    public async Task A_redirect_to_what_is_no_web_address_is_refused(string target, string says)
    {
        using var server = new LoopbackServer(_ => LoopbackResponse.Empty(302, ("Location", target)));
        using var build = new SourceHarness();
        Assert.Contains(says, await build.FailAsync($"FROM scratch\nADD http://{server.Host}/a /\n"), StringComparison.Ordinal);
    }
}
