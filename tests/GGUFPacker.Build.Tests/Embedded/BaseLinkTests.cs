using System.Formats.Tar;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Testing;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>What other builders put into base images: links, whiteouts, and what nobody should.</summary>
public sealed class BaseLinkTests : IDisposable
{
    private readonly LoopbackRegistry _registry = new();
    private readonly BuildHarness _build = new() { Registries = new RegistryClient(new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 1 }) };

    public BaseLinkTests() => _build.Context.Write("x.txt", "x");

    public void Dispose()
    {
        _build.Dispose();
        _registry.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("gzip")]
    public async Task A_destination_behind_a_link_is_where_the_link_leads(string compression)
    {
        var from = Publish(tar =>
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "usr/lib") { Mode = (UnixFileMode)0x1C0, Uid = 7, Gid = 8 });
            tar.WriteEntry(RegistryImage.Link("lib", "usr/lib"));
            tar.WriteEntry(RegistryImage.Link("usr/absolute", "/lib"));
            tar.WriteEntry(RegistryImage.File("usr/lib/old.txt", "old"));
            tar.WriteEntry(RegistryImage.Link("alias.txt", "usr/lib/old.txt"));
        }, compression);

        var image = (await _build.BuildAsync(
            $"FROM {from}\nCOPY x.txt /lib/a.txt\nCOPY x.txt usr/absolute\nCOPY x.txt /alias.txt\nCAT <<EOF /lib/new/text\ntext\nEOF\nCOPY --link x.txt /lib/linked\n")).Images[0];

        var layers = _build.Layers(image)[1..];
        Assert.Equal(["755 0:0 usr/", "700 7:8 usr/lib/", "644 0:0 usr/lib/a.txt"], layers[0]);
        Assert.Equal(["755 0:0 usr/", "700 7:8 usr/lib/", "644 0:0 usr/lib/x.txt"], layers[1]);
        Assert.Equal(["755 0:0 usr/", "700 7:8 usr/lib/", "644 0:0 usr/lib/old.txt"], layers[2]);
        Assert.Equal(["755 0:0 usr/", "700 7:8 usr/lib/", "755 0:0 usr/lib/new/", "644 0:0 usr/lib/new/text"], layers[3]);
        Assert.Equal(["755 0:0 lib/", "644 0:0 lib/linked"], layers[4]);
    }

    [Fact]
    public async Task Sources_are_followed_and_links_in_a_directory_become_what_they_lead_to()
    {
        var from = Publish(tar =>
        {
            tar.WriteEntry(RegistryImage.File("blobs/abc", "weights"));
            tar.WriteEntry(RegistryImage.File("blobs/dir/inner.txt", "inner"));
            tar.WriteEntry(RegistryImage.Link("snapshots/main/model.txt", "../../blobs/abc"));
            tar.WriteEntry(RegistryImage.Link("snapshots/main/more", "../../blobs/dir"));
            tar.WriteEntry(RegistryImage.Link("snapshots/main/gone", "../../blobs/none"));
            tar.WriteEntry(RegistryImage.HardLink("snapshots/main/hard.txt", "blobs/abc"));
            tar.WriteEntry(RegistryImage.Link("current", "snapshots/main"));
            tar.WriteEntry(RegistryImage.HardLink("second", "current"));
        });

        var image = (await _build.BuildAsync(
            $"FROM scratch\nCOPY --from={from} /current /one\nCOPY --from={from} /current/more/inner.txt /two.txt\nCOPY --from={from} /second/*.txt /three/\nCOPY --from={from} / /four\n")).Images[0];

        Assert.Equal(["/one/hard.txt", "/one/model.txt", "/one/more/inner.txt"], image.Files.Select(file => file.Path).Where(path => path.StartsWith("/one/", StringComparison.Ordinal)));
        Assert.Equal("inner", BuildHarness.Text(image, "/two.txt"));
        Assert.Equal(["/three/hard.txt", "/three/model.txt"], image.Files.Select(file => file.Path).Where(path => path.StartsWith("/three/", StringComparison.Ordinal)));
        Assert.Equal("weights", BuildHarness.Text(image, "/one/model.txt"));
        Assert.Equal("inner", BuildHarness.Text(image, "/four/second/more/inner.txt"));
        Assert.DoesNotContain(_build.Layers(image).SelectMany(layer => layer), entry => entry.EndsWith("gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_behind_links_starts_and_can_be_quantized()
    {
        var model = await File.ReadAllBytesAsync(Goldens.InRepository("packer", "gguf", "tiny-llama.F16.gguf"), TestContext.Current.CancellationToken);
        var from = Publish(tar =>
        {
            tar.WriteEntry(RegistryImage.File("real/m.gguf", model));
            tar.WriteEntry(RegistryImage.Link("models", "real"));
            tar.WriteEntry(RegistryImage.Link("model.gguf", "models/m.gguf"));
        });

        var image = (await _build.BuildAsync($"FROM {from}\nQUANTIZE --type=Q8_0 model.gguf models/q.gguf\nCMD [\"-m\", \"models/m.gguf\", \"-md\", \"models/q.gguf\"]\n")).Images[0];

        Assert.Equal(["/model.gguf", "/real/m.gguf", "/real/q.gguf"], image.Files.Select(file => file.Path));
        Assert.Equal("llama", _build.Config(image).Model!.Architecture);
        Assert.Equal("llama", _build.Config(image).Drafter!.Architecture);
    }

    [Fact]
    public async Task Whiteouts_hide_what_is_below()
    {
        var image = new RegistryImage()
            .Layer(tar =>
            {
                tar.WriteEntry(RegistryImage.File("a/gone.txt", "1"));
                tar.WriteEntry(RegistryImage.File("b/one.txt", "1"));
                tar.WriteEntry(RegistryImage.File("c/d/deep.txt", "1"));
                tar.WriteEntry(RegistryImage.File("e", "a file"));
            })
            .Layer(tar =>
            {
                tar.WriteEntry(RegistryImage.File("b/two.txt", "2"));
                tar.WriteEntry(RegistryImage.File("b/.wh..wh..opq", ""));
                tar.WriteEntry(RegistryImage.File("a/.wh.gone.txt", ""));
                tar.WriteEntry(RegistryImage.File(".wh.c", ""));
                tar.WriteEntry(RegistryImage.File(".wh.", ""));
                tar.WriteEntry(RegistryImage.File("e/f.txt", "2"));
            });
        image.AddTo(_registry.Content, "team/base", "1");

        Assert.Equal(["/b/two.txt", "/e/f.txt"], await _build.FilesAsync($"FROM {_registry.Host}/team/base:1\n", request => request with { FetchFiles = true }));
        Assert.Contains("'/c/d/deep.txt' is not in", await _build.FailAsync($"FROM scratch\nCOPY --from={_registry.Host}/team/base:1 /c/d/deep.txt /\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_whiteouts_of_many_files_end()
    {
        // Not a look at every file for every whiteout.
        const int count = 20_000;
        var image = new RegistryImage()
            .Layer(Tar(count, i => new UstarTarEntry(TarEntryType.RegularFile, $"d{i % 100}/f{i}")))
            .Layer(Tar(count, i => new UstarTarEntry(TarEntryType.RegularFile, i == count - 1 ? "left" : $"d{i % 100}/.wh.f{i}")));
        image.AddTo(_registry.Content, "team/base", "1");

        var files = await _build.FilesAsync($"FROM {_registry.Host}/team/base:1\n", request => request with { FetchFiles = true });

        Assert.Equal([$"/d99/f{count - 1}", "/left"], files);
    }

    [Theory]
    [InlineData("COPY --from=BASE /circle /x", "leads in a circle")]
    [InlineData("COPY --from=BASE /tree /x", "leads to a directory that contains it")]
    [InlineData("COPY --from=BASE /nowhere /x", "is not in the file system")]
    [InlineData("COPY --from=BASE /../../etc/none /x", "is not in the file system")]
    public async Task Links_that_lead_nowhere_are_errors_where_they_are_read(string instruction, string message)
    {
        var from = Publish(tar =>
        {
            tar.WriteEntry(RegistryImage.Link("circle", "other"));
            tar.WriteEntry(RegistryImage.Link("other", "circle"));
            tar.WriteEntry(RegistryImage.Link("nowhere", "/not/there"));
            tar.WriteEntry(RegistryImage.Link("tree/a/up", "../.."));
            tar.WriteEntry(RegistryImage.File("fine.txt", "fine"));
        });

        Assert.Contains(message, await _build.FailAsync("FROM scratch\n" + instruction.Replace("BASE", from, StringComparison.Ordinal) + "\n"), StringComparison.Ordinal);

        // Who does not read them is not bothered.
        Assert.Equal(["/fine.txt"], await _build.FilesAsync($"FROM scratch\nCOPY --from={from} /fine.txt /\n"));
    }

    [Fact]
    public async Task A_destination_in_circles_or_below_a_file_is_an_error()
    {
        var from = Publish(tar =>
        {
            tar.WriteEntry(RegistryImage.Link("circle", "circle"));
            tar.WriteEntry(RegistryImage.File("file", "f"));
            tar.WriteEntry(RegistryImage.Link("link", "file"));
            tar.WriteEntry(RegistryImage.Link("there/dir", "/elsewhere"));
        });
        _build.Context.Write("in/dir/y.txt", "y");

        Assert.Contains("leads in a circle", await _build.FailAsync($"FROM {from}\nCOPY x.txt /circle/x\n"), StringComparison.Ordinal);
        Assert.Contains("cannot be put below it", await _build.FailAsync($"FROM {from}\nCOPY x.txt /link/x\n"), StringComparison.Ordinal);

        // As BuildKit has it: what lies within the copied directory does not go through links.
        Assert.Contains("is a symbolic link to '/elsewhere'; a directory cannot take its place", await _build.FailAsync($"FROM {from}\nCOPY in /there\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/../../b")]
    public async Task A_tar_that_climbs_out_is_refused_at_its_instruction(string path)
    {
        foreach (var compression in new[] { "", "gzip" })
        {
            var error = await _build.FailAsync($"FROM scratch AS a\nFROM {Publish(tar => tar.WriteEntry(RegistryImage.File(path, "x")), compression)}\nCOPY x.txt /\n");
            Assert.StartsWith("2 GGUF", error, StringComparison.Ordinal);
            Assert.Contains("climbs out of the image", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_hard_link_to_nothing_and_bytes_that_are_no_tar_are_refused()
    {
        Assert.Contains("which is no file of the image", await _build.FailAsync($"FROM {Publish(tar => tar.WriteEntry(RegistryImage.HardLink("a", "none")))}\nCOPY x.txt /\n"), StringComparison.Ordinal);
        foreach (var compression in new[] { "", "gzip" })
        {
            new RegistryImage().Layer(RegistryImage.Noise(10_000), compression).AddTo(_registry.Content, "team/noise", "1");
            Assert.Contains("no tar", await _build.FailAsync($"FROM {_registry.Host}/team/noise:1\nCOPY x.txt /\n", request => request with { Pull = true }), StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(_build.StorePath, "temp")));
    }

    [Fact]
    public async Task Names_in_chown_are_those_of_the_base()
    {
        var from = Publish(tar =>
        {
            tar.WriteEntry(RegistryImage.File("usr/etc/passwd", "root:x:0:0\nmodel:x:70:71\n"));
            tar.WriteEntry(RegistryImage.Link("etc", "usr/etc"));
        });
        var image = (await _build.BuildAsync($"FROM {from}\nCOPY --chown=model x.txt /\n")).Images[0];
        Assert.Equal(["644 70:71 x.txt"], _build.Layers(image)[1]);
    }

    private string Publish(Action<TarWriter> write, string compression = "")
    {
        var digest = new RegistryImage().Layer(write, compression).AddTo(_registry.Content, "team/base", null);
        return $"{_registry.Host}/team/base@{digest}";
    }

    private static byte[] Tar(int count, Func<int, TarEntry> entry)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            for (var i = 0; i < count; i++)
            {
                writer.WriteEntry(entry(i));
            }
        }

        return tar.ToArray();
    }
}
