using System.Globalization;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Testing.Hub;
using GGUFPacker.Testing.Registry;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Sources;

/// <summary>Downloads that end early, and hubs whose listings lie: what is kept, and what is not.</summary>
[ReadsGoldens]
public sealed class HubInterruptionTests
{
    private const string Add = "FROM scratch\nADD hf://team/large /\n";

    [Fact]
    [Trait("Category", "Slow")]
    public async Task An_interrupted_gigabyte_goes_on_with_what_has_come()
    {
        const int stretches = 8;
        var file = LoopbackFile.Generate(1L << 30);
        using var hub = new LoopbackHub();
        hub.Add("team/large", "model.safetensors", file);
        using var build = new SourceHarness(hub);
        build.Http = build.Http with { RangeBytes = new HttpOptions().RangeBytes };

        var come = await InterruptAsync(hub, build, stretches);
        var (before, requests) = (hub.BytesSent, hub.StorageRequests.Count);
        var image = await build.ImageAsync(Add);

        Assert.Equal(file.Sha256, Assert.Single(image.Files).Digest.Hex);
        var again = hub.StorageRequests.Skip(requests).Sum(RangeOf);
        var kept = (double)(file.Length - again) / come;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{come >> 20} MiB had come, {again >> 20} MiB came after: {kept:P2} kept"));
        Assert.InRange(kept, 0.90, 1.0);
        Assert.InRange(hub.BytesSent - before, again, again + 100_000);
    }

    [Fact]
    public async Task A_process_that_dies_loses_at_most_a_megabyte_of_each_stretch()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps others from reading what a process has locked.");
        var file = LoopbackFile.Generate(48 << 20);
        using var hub = new LoopbackHub { SilentAfter = 0 };
        hub.Add("team/large", "model.safetensors", file);
        using var build = new SourceHarness(hub);
        build.Http = build.Http with { RangeBytes = 16 << 20, ParallelRanges = 3 };
        using var stop = new CancellationTokenSource();
        // The first answer tells that there are ranges; it falls silent in its middle, after 8 MiB.
        var dying = build.ImageAsync(Add, stop.Token);
        long noted;
        while ((noted = Noted(build)) < 7 << 20)
        {
            Assert.False(dying.IsCompleted);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        // What the dead process leaves is what lies on disk now.
        using var survivor = new SourceHarness(hub);
        survivor.Http = build.Http;
        CopyPartial(build, survivor);
        hub.SilentAfter = int.MaxValue;
        var requests = hub.StorageRequests.Count;
        var image = await survivor.ImageAsync(Add);

        Assert.Equal(file.Sha256, Assert.Single(image.Files).Digest.Hex);
        Assert.InRange(noted, 7 << 20, 8 << 20);
        Assert.InRange(hub.StorageRequests.Skip(requests).Sum(RangeOf), 40 << 20, file.Length - noted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dying);
    }

    [Theory]
    [InlineData("longer", "has 1000000 bytes; 1000100 were expected")]
    [InlineData("shorter", "has 1000000 bytes; 999900 were expected")]
    [InlineData("other digest", "was expected")]
    [InlineData("no digest", "which is no SHA-256 digest")]
    public async Task A_listing_that_lies_is_found_out_and_nothing_stays(string lie, string says)
    {
        using var hub = new LoopbackHub
        {
            Listed = file => lie switch
            {
                "longer" => (file.Digest, file.Size + 100),
                "shorter" => (file.Digest, file.Size - 100),
                "other digest" => (new string('a', 64), file.Size),
                _ => ("0", file.Size),
            },
        };
        hub.Add("team/large", "model.safetensors", LoopbackFile.Generate(1_000_000));
        using var build = new SourceHarness(hub);

        Assert.Contains(says, await build.FailAsync(Add), StringComparison.Ordinal);

        Assert.False(build.Build.Store.Contents.Contains(Oci.Content.Digest.Parse("sha256:" + new string('a', 64))));
        Assert.DoesNotContain(build.Build.Store.Tags.List(), _ => true);
    }

    // Stops a download when a number of stretches has come, and each other is in its middle. Returns the bytes that have come.
    private static async Task<long> InterruptAsync(LoopbackHub hub, SourceHarness build, int stretches)
    {
        hub.SilentAfter = stretches;
        using var stop = new CancellationTokenSource();
        long come = 0;
        var parallel = build.Http.ParallelRanges;
        var expected = (stretches + (parallel / 2L)) * build.Http.RangeBytes;
        var progress = new Progress(value => Interlocked.Exchange(ref come, Math.Max(Interlocked.Read(ref come), value)));
        var building = build.ImageAsync(Add, stop.Token, progress);
        while (Interlocked.Read(ref come) < expected)
        {
            Assert.False(building.IsCompleted);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => building);
        hub.SilentAfter = int.MaxValue;
        return come;
    }

    private static long RangeOf(LoopbackRequest request)
    {
        var ends = request.Header("Range")!["bytes=".Length..].Split('-');
        return long.Parse(ends[1], CultureInfo.InvariantCulture) - long.Parse(ends[0], CultureInfo.InvariantCulture) + 1;
    }

    private static IEnumerable<string> Partials(SourceHarness build) =>
        Directory.EnumerateFiles(build.Build.StorePath, "*.part*", SearchOption.AllDirectories);

    // How much of the first stretch has come, as the journal has it.
    private static long Noted(SourceHarness build) =>
        Partials(build).FirstOrDefault(path => path.EndsWith(".journal", StringComparison.Ordinal)) is { } path
        && System.Text.Encoding.UTF8.GetString(ReadShared(path)).Split('\n').LastOrDefault(line => line.StartsWith("0:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line[2..], CultureInfo.InvariantCulture)
            : 0;

    private static void CopyPartial(SourceHarness from, SourceHarness to)
    {
        foreach (var path in Partials(from))
        {
            var target = Path.Combine(to.Build.StorePath, Path.GetRelativePath(from.Build.StorePath, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, ReadShared(path));
        }
    }

    // The living process keeps others off by a lock, which a dead one would not.
    private static byte[] ReadShared(string path)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat", [path]) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private sealed class Progress(Action<long> told) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => told(value.Status == BuildStepStatus.Advanced ? value.Done : 0);
    }
}
