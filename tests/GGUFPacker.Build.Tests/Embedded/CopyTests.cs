namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>The options of ADD and COPY, as BuildKit's file operations have them.</summary>
public sealed class CopyTests : IDisposable
{
    private readonly BuildHarness _build = new();

    public CopyTests()
    {
        _build.Context.Write("a.txt", "a");
        _build.Context.Write("b.md", "b");
        _build.Context.Write("dir/c.txt", "c");
        _build.Context.Write("dir/d.md", "d");
        _build.Context.Write("dir/sub/e.txt", "e");
        _build.Context.Write("dir/sub/deep/f.txt", "f");
    }

    public void Dispose() => _build.Dispose();

    [Theory]
    [InlineData("COPY dir /x", "/x/c.txt /x/d.md /x/sub/deep/f.txt /x/sub/e.txt")]
    [InlineData("COPY dir/ /", "/c.txt /d.md /sub/deep/f.txt /sub/e.txt")]
    [InlineData("COPY a.txt /x", "/x")]
    [InlineData("COPY a.txt /x/", "/x/a.txt")]
    [InlineData("COPY a.txt b.md /x/", "/x/a.txt /x/b.md")]
    [InlineData("COPY *.txt dir/*.md x/", "/x/a.txt /x/d.md")]
    [InlineData("COPY dir/* x/", "/x/c.txt /x/d.md /x/deep/f.txt /x/e.txt")]
    [InlineData("COPY dir/?.txt none.* x/", "/x/c.txt")]
    [InlineData("COPY ../../a.txt ./x/../y", "/y")]
    [InlineData("COPY --exclude=*.md dir /x", "/x/c.txt /x/sub/deep/f.txt /x/sub/e.txt")]
    [InlineData("COPY --exclude=**/*.txt --exclude=!sub/e.txt dir /x", "/x/d.md /x/sub/e.txt")]
    [InlineData("COPY --exclude=sub dir /x", "/x/c.txt /x/d.md")]
    [InlineData("ADD --exclude=*.md --exclude=dir . /x", "/x/GGUFPackerfile /x/a.txt")]
    [InlineData("COPY --exclude=*.md *.txt *.md /x/", "/x/a.txt")]
    [InlineData("COPY --parents dir/sub/e.txt /x/", "/x/dir/sub/e.txt")]
    [InlineData("COPY --parents dir/./sub/deep /x/", "/x/sub/deep/f.txt")]
    [InlineData("COPY --parents dir/*/*.txt a.txt /", "/a.txt /dir/sub/e.txt")]
    [InlineData("COPY --parents **/*.md /x/", "/x/b.md /x/dir/d.md")]
    [InlineData("COPY --parents --exclude=dir/sub dir/**/*.txt /", "/dir/c.txt")]
    [InlineData("COPY a.txt <<E <<F /x/\n1\nE\n2\nF", "/x/E /x/F /x/a.txt")]
    [InlineData("COPY --link a.txt /x", "/x")]
    [InlineData("COPY --from=context a.txt /x", "/x")]
    public async Task What_is_copied_where(string instruction, string files) => Assert.Equal(files.Split(' '), await _build.FilesAsync($"FROM scratch\n{instruction}\n"));

    [Theory]
    [InlineData("COPY --chown=7 a.txt /d/x", "755 7:7 d/", "644 7:7 d/x")]
    [InlineData("COPY --chown=7:8 --chmod=600 a.txt /d/x", "755 7:8 d/", "600 7:8 d/x")]
    [InlineData("ADD --chown=:3 a.txt /x", "644 0:3 x")]
    [InlineData("COPY --chmod=0 a.txt /x", "0 0:0 x")]
    [InlineData("COPY --chmod=a+X,go-r dir/sub /x", "755 0:0 x/", "711 0:0 x/deep/", "600 0:0 x/deep/f.txt", "600 0:0 x/e.txt")]
    [InlineData("COPY --chown=1 <<E /x\ntext\nE", "644 1:1 x")]
    public async Task Owners_and_modes(string instruction, params string[] entries)
    {
        var image = Assert.Single((await _build.BuildAsync($"FROM scratch\n{instruction}\n")).Images);
        Assert.Equal(entries, Assert.Single(_build.Layers(image)));
    }

    [Fact]
    public async Task Names_of_owners_are_those_of_the_stage_that_is_copied_onto()
    {
        const string Files = "FROM scratch\nCAT <<passwd <<group /etc/\nroot:x:0:0::/:\nmodel:x:101:102::/:\npasswd\nroot:x:0:\nmodels:x:103:\ngroup\n";
        var image = (await _build.BuildAsync(Files + "COPY --chown=model a.txt /1\nCOPY --chown=model:models a.txt /2\nCOPY --chown=5:models a.txt /3\n")).Images[0];
        Assert.Equal(["644 101:102 1", "644 101:103 2", "644 5:103 3"], _build.Layers(image).Skip(1).SelectMany(layer => layer));
        Assert.Contains("names 'nobody'", await _build.FailAsync(Files + "COPY --chown=nobody a.txt /\n"), StringComparison.Ordinal);
        Assert.Contains("names 'model'", await _build.FailAsync("FROM scratch\nCOPY --chown=model a.txt /\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copies_of_a_stage_keep_mode_and_owner()
    {
        var image = (await _build.BuildAsync("FROM scratch AS s\nCOPY --chown=7:8 --chmod=640 dir/sub /s\nFROM scratch\nCOPY --from=s /s /t\n")).Images[0];
        Assert.Equal(["755 0:0 t/", "640 7:8 t/deep/", "640 7:8 t/deep/f.txt", "640 7:8 t/e.txt"], Assert.Single(_build.Layers(image)));
    }

    [Fact]
    public async Task A_link_does_not_look_at_what_is_below()
    {
        // Without --link the file would go into the directory.
        const string Below = "FROM scratch\nCOPY dir /x\n";
        Assert.Contains("/x/a.txt", await _build.FilesAsync(Below + "COPY a.txt /x\n"));
        Assert.Equal(["/x"], await _build.FilesAsync(Below + "COPY --link a.txt /x\n"));
        Assert.Equal(["/x/a.txt", "/x/c.txt"], (await _build.FilesAsync(Below + "COPY --link a.txt /x/\n"))[..2]);
    }

    [Fact]
    public async Task One_instruction_is_one_layer()
    {
        var image = (await _build.BuildAsync("FROM scratch\nCOPY a.txt dir <<E /x/\ntext\nE\n")).Images[0];
        Assert.Single(_build.Layers(image));
        Assert.Single(_build.Config(image).Image.History);
    }

    [Theory]
    [InlineData("COPY missing /", "'missing' is not in")]
    [InlineData("COPY --parents dir/missing /", "'dir/missing' is not in")]
    [InlineData("COPY --from=context /etc/passwd /", "'/etc/passwd' is not in")]
    [InlineData("COPY dir /x\nCOPY dir /x/c.txt", "is a file")]
    [InlineData("COPY a.txt /x\nCOPY a.txt /x/y", "is a file")]
    public async Task What_cannot_be_copied_is_an_error(string instructions, string message) =>
        Assert.Contains(message, await _build.FailAsync($"FROM scratch\n{instructions}\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Links_that_loop_or_leave_the_context_are_errors()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        Directory.CreateSymbolicLink(Path.Combine(_build.Context.Path, "dir", "loop"), Path.Combine(_build.Context.Path, "dir"));
        Assert.Contains("contains itself", await _build.FailAsync("FROM scratch\nCOPY dir /x\n"), StringComparison.Ordinal);
        Assert.Equal(["/x/c.txt", "/x/d.md", "/x/sub/deep/f.txt", "/x/sub/e.txt"], await _build.FilesAsync("FROM scratch\nCOPY --from=context dir /x\n", WithIgnored("dir/loop")));
        File.CreateSymbolicLink(Path.Combine(_build.Context.Path, "self"), Path.Combine(_build.Context.Path, "self"));
        File.CreateSymbolicLink(Path.Combine(_build.Context.Path, "gone"), "missing");
        foreach (var name in (string[])["self", "gone"])
        {
            Assert.Contains($"'{name}' is a symbolic link in", await _build.FailAsync($"FROM scratch\nCOPY {name} /x\n"), StringComparison.Ordinal);
        }

        File.CreateSymbolicLink(Path.Combine(_build.Context.Path, "out"), "/etc/passwd");
        Assert.Contains("leads out of", await _build.FailAsync("FROM scratch\nCOPY out /x\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_may_begin_with_a_named_context()
    {
        _build.Context.Write("named/m.txt", "m");
        Assert.Equal(["/a.txt", "/m.txt"], await _build.FilesAsync(
            "FROM files\nCOPY a.txt /\n", request => request with { NamedContexts = request.NamedContexts.Add("files", Path.Combine(_build.Context.Path, "named")) }));
    }

    private Func<Engine.BuildRequest, Engine.BuildRequest> WithIgnored(string pattern)
    {
        _build.Context.Write(".ggufpackerignore", pattern);
        return request => request;
    }
}
