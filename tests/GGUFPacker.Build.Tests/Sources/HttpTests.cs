using System.Security.Cryptography;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>ADD of a file at an address.</summary>
public sealed class HttpTests
{
    private static readonly byte[] File1 = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];

    [Fact]
    public async Task A_file_is_fetched_once_while_the_server_says_it_is_the_same()
    {
        using var server = Serve(("ETag", "\"v1\""));
        using var build = new SourceHarness();
        var text = $"FROM scratch\nADD http://{server.Host}/dir/model%20a.bin?x=1 /files/\n";

        var image = await build.ImageAsync(text);
        Assert.Equal(["/files/model a.bin"], image.Files.Select(file => file.Path));
        Assert.Equal(File1, File.ReadAllBytes(image.Files[0].StorePath));
        Assert.Equal(["600 0:0 files/model a.bin"], build.Build.Layers(image)[0].Where(entry => entry.Contains("model", StringComparison.Ordinal)));

        var fetched = server.Requests.Count(request => request.Method == "GET");
        await build.ImageAsync(text);
        Assert.Equal(fetched, server.Requests.Count(request => request.Method == "GET"));
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public async Task A_checksum_is_verified_and_known_bytes_are_not_asked_for(string algorithm)
    {
        using var server = Serve();
        using var build = new SourceHarness();
        byte[] hash = algorithm switch { "sha256" => SHA256.HashData(File1), "sha384" => SHA384.HashData(File1), _ => SHA512.HashData(File1) };
        var text = $"FROM scratch\nADD --checksum={algorithm}:{Convert.ToHexStringLower(hash)} http://{server.Host}/a.bin /a.bin\n";

        await build.ImageAsync(text);
        var requests = server.Requests.Count;
        await build.ImageAsync(text);
        Assert.Equal(requests, server.Requests.Count);

        hash[0] ^= 1;
        Assert.Contains("was expected", await build.FailAsync($"FROM scratch\nADD --checksum={algorithm}:{Convert.ToHexStringLower(hash)} http://{server.Host}/a.bin /a.bin\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ADD http://no-such-host.invalid/a.bin /a.bin", "http://no-such-host.invalid/a.bin cannot be reached: ")]
    [InlineData("ADD hf://org/repo@main/a.bin /a.bin", "http://no-such-host.invalid/api/models/org/repo/revision/main cannot be reached: ")]
    public async Task A_host_that_nobody_knows_is_an_error_at_its_line(string add, string message)
    {
        using var build = new SourceHarness();
        build.Variables["HF_ENDPOINT"] = "http://no-such-host.invalid";

        var error = await build.FailAsync($"FROM scratch\n{add}\n");

        Assert.StartsWith("2 ", error, StringComparison.Ordinal);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_an_error_at_its_line()
    {
        using var server = new LoopbackServer(_ => LoopbackResponse.Empty(404));
        using var build = new SourceHarness();
        Assert.Equal($"2 http://{server.Host}/a answered 404 (NotFound).", await build.FailAsync($"FROM scratch\nADD http://{server.Host}/a?secret=1 /a\n"));
    }

    [Fact]
    public async Task A_redirect_in_circles_ends()
    {
        LoopbackServer? server = null;
        using var started = server = new LoopbackServer(_ => LoopbackResponse.Empty(302, ("Location", $"http://{server!.Host}/again")));
        using var build = new SourceHarness();
        Assert.Contains("redirects in circles", await build.FailAsync($"FROM scratch\nADD http://{server.Host}/a /a\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_lies_about_the_length_is_found_out()
    {
        using var server = new LoopbackServer(request => request.Method == "HEAD"
            ? LoopbackResponse.Empty(200, ("ETag", "\"a\""), ("Content-Length", "500000"))
            : LoopbackResponse.Ranged(request, File1));
        using var build = new SourceHarness();
        Assert.Contains("has 300000 bytes; 500000 were expected", await build.FailAsync($"FROM scratch\nADD http://{server.Host}/a /a\n"), StringComparison.Ordinal);
    }

    private static LoopbackServer Serve(params (string Name, string Value)[] headers) => new(request =>
    {
        var response = LoopbackResponse.Ranged(request, File1);
        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }

        return response;
    });
}
