using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Embedded;

/// <summary>A disk that is full at any moment of a build, and outputs that somebody writes to.</summary>
public sealed class FaultTests : IDisposable
{
    private const string Text = "FROM scratch\nCAT text /t\nCOPY m.gguf /m.gguf\nQUANTIZE --type=Q8_0 m.gguf q.gguf\nCMD [\"-m\", \"q.gguf\"]\n";
    private readonly TemporaryDirectory _context = new();
    private readonly TemporaryDirectory _store = new();

    public FaultTests() => _context.Copy(Goldens.InRepository("packer", "gguf", "tiny-llama.F16.gguf"), "m.gguf");

    public void Dispose()
    {
        _context.Dispose();
        _store.Dispose();
    }

    [Fact]
    public async Task A_disk_that_is_full_at_any_write_ends_the_build_clearly_and_the_next_build_is_whole()
    {
        using var whole = new TemporaryDirectory();
        var writes = 0;
        var expected = (await BuildAsync(whole.Path, _ => writes++)).Images[0].Manifest;
        Assert.InRange(writes, 5, 500);
        for (var n = 1; n <= writes; n++)
        {
            using var root = new TemporaryDirectory();
            var count = 0;
            var error = await Assert.ThrowsAnyAsync<Exception>(() => BuildAsync(root.Path, _ =>
            {
                if (++count >= n)
                {
                    throw new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);
                }
            }));

            Assert.True(error is BuildException or StoreException, error.ToString());
            Assert.Contains("is full", error.Message, StringComparison.Ordinal);
            using (var store = ContentStore.Open(root.Path))
            {
                Assert.Empty(store.Tags.List());
                Assert.Empty(Directory.EnumerateFiles(Path.Combine(root.Path, "temp")));
            }

            Assert.Equal(expected, (await BuildAsync(root.Path, null)).Images[0].Manifest);
        }
    }

    [Fact]
    [Trait("Category", "RealParts")]
    public async Task A_real_disk_that_is_too_small_says_so_and_keeps_nothing_of_the_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "A small disk can be mounted by root on Linux alone.");
        using var disk = new TemporaryDirectory();
        var room = new FileInfo(Path.Combine(_context.Path, "m.gguf")).Length * 3 / 2;
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", FormattableString.Invariant($"size={room}"), "none", disk.Path) == 0, "Nothing can be mounted here.");
        try
        {
            // The source stays where it is; what is made of it does not fit.
            var error = await Assert.ThrowsAsync<BuildException>(() => BuildAsync(
                disk.Path, null, "FROM scratch\nQUANTIZE --from=context --type=F32 m.gguf q.gguf\n"));
            Assert.Contains("is full", error.Message, StringComparison.Ordinal);
            Assert.Contains("gguf-packer cache prune", error.Message, StringComparison.Ordinal);
            Assert.Equal(2, error.Diagnostics[0].Span.StartLine);
            Assert.DoesNotContain(Directory.EnumerateFiles(disk.Path, "*", SearchOption.AllDirectories), file => new FileInfo(file).Length > 1000);
        }
        finally
        {
            Run("umount", disk.Path);
        }
    }

    [Fact]
    public async Task An_output_that_was_edited_in_place_is_made_again()
    {
        var built = await BuildAsync(_store.Path, null);
        var file = built.Images[0].Files.Single(file => file.Path == "/q.gguf");
        var output = Path.Combine(_context.Path, "out.gguf");
        using (var store = ContentStore.Open(_store.Path))
        {
            Assert.SkipUnless(store.Contents.Link(file.Digest, output), "The file system has no hard links.");
        }

        using (var edited = new FileStream(output, FileMode.Open, FileAccess.ReadWrite))
        {
            edited.Position = file.Size / 2;
            edited.Write("edited"u8);
        }

        File.SetLastWriteTimeUtc(output, File.GetLastWriteTimeUtc(output).AddSeconds(2));
        var again = await BuildAsync(_store.Path, null);

        Assert.Equal(1, again.StepsRun);
        Assert.Equal(built.Images[0].Manifest, again.Images[0].Manifest);
        Assert.Equal(file.Digest, Oci.Content.Digest.Of(File.ReadAllBytes(file.StorePath)));
        Assert.NotEqual(file.Digest, Oci.Content.Digest.Of(File.ReadAllBytes(output)));
    }

    private async Task<BuildResult> BuildAsync(string root, Action<int>? writing, string text = Text)
    {
        using var store = ContentStore.Open(root, null, writing);
        var request = new BuildRequest
        {
            PackerfilePath = _context.Write("GGUFPackerfile", text),
            ContextDirectory = _context.Path,
            Targets = [new BuildTarget { References = ["a/b:1"] }],
            Threads = 1,
        };
        return await new EmbeddedBuildEngine(store).BuildAsync(request, null, TestContext.Current.CancellationToken);
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
