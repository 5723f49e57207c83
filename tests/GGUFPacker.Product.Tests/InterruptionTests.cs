using System.Diagnostics;

namespace GGUFPacker.Product.Tests;

/// <summary>A build that is killed in the middle leaves nothing half-done.</summary>
[Trait("Category", "Product")]
public sealed class InterruptionTests(PackedProduct product) : IDisposable
{
    private readonly Workspace _workspace = new(product);

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task A_build_after_one_that_was_killed_succeeds_and_no_partial_file_was_ever_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The processes of a build are found by /proc.");
        DeepCheckpoint.Write(Repository.Checkpoint, _workspace.Combine("Deep", "deep"), layers: 24);
        _workspace.Write("Deep/Deep.ggufproj", $"""
            <Project Sdk="GGUFPacker.Sdk/{PackedProduct.Version}">
              <ItemGroup><GGUFModel Include="deep" /><GGUFQuantizeType Include="Q8_0;IQ3_S" /></ItemGroup>
            </Project>
            """);
        var output = _workspace.Combine("Deep", "bin");

        // A type that takes seconds, on one thread: time to be interrupted in.
        using (var build = Command.Start("dotnet", ["build", _workspace.Combine("Deep"), "-p:GGUFThreads=1"], _workspace.Root, _workspace.Environment, out var text))
        {
            // In the middle: a file of the store is being written.
            var temporary = Path.Combine(_workspace.StorePath, "temp");
            while (!IsBeingWritten(temporary))
            {
                Assert.False(build.HasExited, $"The build ended before it could be killed: {text}");
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            var workers = Descendants(build.Id);
            Assert.NotEmpty(workers);
            build.Kill();
            Assert.Empty(Directory.Exists(output) ? Directory.EnumerateFiles(output, "*.gguf") : []);

            // Nobody is left working for it.
            var watch = Stopwatch.StartNew();
            while (workers.Any(IsRunning))
            {
                Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), "A process of the killed build still runs.");
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }

        await _workspace.BuildAsync("build", "Deep");
        var files = Directory.EnumerateFiles(output).ToDictionary(path => Path.GetFileName(path), path => _workspace.Sha256(path));
        Assert.Equal(["Deep.IQ3_S.gguf", "Deep.Q8_0.gguf"], files.Keys.Order(StringComparer.Ordinal));

        // The same bytes as from a build that nobody disturbed.
        Directory.Delete(_workspace.StorePath, recursive: true);
        await _workspace.BuildAsync("build", "Deep", "--no-incremental");
        Assert.All(files, file => Assert.Equal(file.Value, _workspace.Sha256("Deep", "bin", file.Key)));
    }

    private static bool IsBeingWritten(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles().Any(file => file.Length > 1 << 20);
        }
        catch (IOException)
        {
            // Not there yet, or a file got its name and place between the two looks.
            return false;
        }
    }

    private static List<int> Descendants(int parent)
    {
        var children = new Dictionary<int, int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var id) && ParentOf(id) is { } itsParent)
            {
                children[id] = itsParent;
            }
        }

        List<int> found = [parent];
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children.Where(child => child.Value == found[i]).Select(child => child.Key));
        }

        return found[1..];
    }

    private static bool IsRunning(int id) => ParentOf(id) is not null;

    private static int? ParentOf(int id)
    {
        try
        {
            // pid (name) state parent …; the name may hold anything. A zombie runs no more.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
