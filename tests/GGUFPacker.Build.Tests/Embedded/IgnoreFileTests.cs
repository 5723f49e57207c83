namespace GGUFPacker.Build.Tests.Embedded;

public sealed class IgnoreFileTests : IDisposable
{
    private readonly BuildHarness _build = new();

    public void Dispose() => _build.Dispose();

    [Fact]
    public async Task What_the_ignore_file_names_is_not_in_the_context()
    {
        _build.Context.Write("keep.txt", "");
        _build.Context.Write("logs/a.log", "");
        _build.Context.Write("logs/deep/b.log", "");
        _build.Context.Write("logs/deep/c.txt", "");
        _build.Context.Write(".ggufpackerignore", "GGUFPackerfile\n.ggufpackerignore\n**/*.log\n");

        Assert.Equal(["/c/keep.txt", "/c/logs/deep/c.txt"], await _build.FilesAsync("FROM scratch\nCOPY . /c/\n"));
        Assert.Contains("'logs/a.log' is left out", await _build.FailAsync("FROM scratch\nCOPY logs/a.log /\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_brings_back_a_file_and_the_directories_above_it()
    {
        _build.Context.Write("models/a/keep.gguf", "");
        _build.Context.Write("models/a/drop.bin", "");
        _build.Context.Write("models/b/drop.bin", "");
        _build.Context.Write(".ggufpackerignore", "*\n!models/a/*.gguf\n");

        var image = Assert.Single((await _build.BuildAsync("FROM scratch\nCOPY . /\n")).Images);

        Assert.Equal(["755 0:0 models/", "755 0:0 models/a/", "644 0:0 models/a/keep.gguf"], Assert.Single(_build.Layers(image)));
    }

    [Fact]
    public async Task The_files_own_ignore_file_goes_before_the_contexts_and_that_before_dockers()
    {
        _build.Context.Write("a", "");
        _build.Context.Write("b", "");
        _build.Context.Write("c", "");
        const string Packerfile = "FROM scratch\nCOPY [abc] /\n";
        _build.Context.Write(".dockerignore", "a");
        Assert.Equal(["/b", "/c"], await _build.FilesAsync(Packerfile));
        _build.Context.Write(".ggufpackerignore", "b");
        Assert.Equal(["/a", "/c"], await _build.FilesAsync(Packerfile));
        _build.Context.Write("GGUFPackerfile.ggufpackerignore", "c");
        Assert.Equal(["/a", "/b"], await _build.FilesAsync(Packerfile));
    }

    [Fact]
    public async Task A_named_context_has_an_ignore_file_of_its_own()
    {
        _build.Context.Write("other/a", "");
        _build.Context.Write("other/b", "");
        _build.Context.Write("other/.dockerignore", "a\n.dockerignore");
        _build.Context.Write(".ggufpackerignore", "**");

        Assert.Equal(["/b"], await _build.FilesAsync(
            "FROM scratch\nCOPY --from=other . /\n", request => request with { NamedContexts = request.NamedContexts.Add("other", Path.Combine(_build.Context.Path, "other")) }));
    }

    [Theory]
    [InlineData("[a")]
    [InlineData("!")]
    public async Task A_malformed_pattern_is_an_error_that_names_the_file(string pattern)
    {
        var path = _build.Context.Write(".ggufpackerignore", pattern);

        var error = await Assert.ThrowsAsync<Engine.BuildException>(() => _build.BuildAsync("FROM scratch\nCOPY . /\n"));

        var diagnostic = Assert.Single(error.Diagnostics);
        Assert.Equal(("GGUF0209", path), (diagnostic.Code, diagnostic.Span.Path));
    }
}
