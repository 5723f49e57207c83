using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Testing;

namespace GGUFPacker.Oci.Tests.Store;

public sealed class PruneOptionsTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly Dictionary<string, Digest> _contents = [];

    public void Dispose() => _directory.Dispose();

    private string Root => _directory["store"];

    [Fact]
    public void What_was_of_use_longest_ago_goes_until_the_rest_fits()
    {
        Remember("old", 1, 5);
        Remember("middle", 2, 7);
        Remember("young", 3, 6);

        Prune(new() { KeepBytes = 13 });

        Assert.Equal(["middle", "young"], Left());
        Prune(new() { KeepBytes = 12 });
        Assert.Equal(["young"], Left());
        Prune(new() { KeepBytes = 0 });
        Assert.Empty(Left());
    }

    [Fact]
    public void Use_makes_a_record_young_again()
    {
        Remember("a", 1, 5);
        Remember("b", 2, 5);
        _time.Now = Start.AddDays(5);
        using (var store = Open())
        {
            Assert.NotNull(store.Cache.Find(Digest.Of("a"u8)));
        }

        Prune(new() { OlderThan = TimeSpan.FromDays(2) });

        Assert.Equal(["a"], Left());
    }

    [Fact]
    public void Images_keep_their_files_unless_they_are_meant_too()
    {
        Remember("a", 1, 5);
        using (var store = Open())
        {
            var layer = store.Layers.Create([LayerEntry.File("f", _contents["a"], 5)]);
            var config = store.Blobs.Put(MediaTypes.ImageConfig, new ImageConfig { DiffIds = [layer.DiffId] }.ToBytes());
            var manifest = store.Blobs.Put(MediaTypes.ImageManifest, new ImageManifest { Config = config, Layers = [layer.ToDescriptor()] }.ToBytes());
            store.Tags.Set(ImageReference.Parse("m:1"), manifest);
        }

        Prune(new() { All = true });
        Prune(new() { KeepBytes = 0 });
        Prune(new() { OlderThan = TimeSpan.Zero });
        Assert.Equal(["a"], Left());

        var items = StoreInventory.Read(Root, _time);
        Assert.Equal(1, Assert.Single(items, item => item.Kind == StoreItem.Content).Images);

        Prune(new() { KeepBytes = 0, IncludeImages = true, DryRun = true });
        Assert.Equal(["a"], Left());
        Prune(new() { KeepBytes = 0, IncludeImages = true });
        Assert.Empty(Left());
        using var after = Open();
        Assert.Empty(after.Tags.List());
    }

    [Fact]
    public void Transfers_that_ended_early_stay_for_a_week()
    {
        using (var store = Open())
        {
            File.WriteAllText(store.Contents.PartialPath(Digest.Of("p"u8)), "part");
            File.SetLastWriteTimeUtc(store.Contents.PartialPath(Digest.Of("p"u8)), Start.UtcDateTime);
        }

        _time.Now = Start.AddDays(6);
        Assert.Equal(0, Prune(new()).Files);
        Assert.Equal(1, Prune(new() { OlderThan = TimeSpan.FromDays(5), DryRun = true }).Files);
        Assert.Equal(1, Prune(new() { All = true }).Files);
    }

    [Fact]
    public void The_inventory_tells_what_things_come_from_and_when_they_were_of_use()
    {
        Remember("a", 1, 5);
        using (var store = Open())
        {
            store.Cache.Put(Digest.Of("odd"u8), "no record"u8);
            store.Contents.Ingest("nobody's"u8);
        }

        var items = StoreInventory.Read(Root, _time);

        Assert.Equal(
            [("content", "", 8L), ("content", "STEP a", 5L), ("step", "STEP a", 5L), ("unknown", "", 0L)],
            items.Select(item => (item.Kind, item.MadeBy, item.Size)).Order());
        Assert.Equal(Start.AddDays(1), items.Single(item => item is { Kind: "content", Size: 5 }).LastUsed);
    }

    [Fact]
    public async Task One_holder_at_a_time_has_a_key()
    {
        using var one = Open();
        using var two = Open();
        var key = Digest.Of("k"u8);
        var waits = new TaskCompletionSource();
        var first = await one.Cache.LockAsync(key, () => Assert.Fail("nobody has it"), TestContext.Current.CancellationToken);
        var second = two.Cache.LockAsync(key, waits.SetResult, TestContext.Current.CancellationToken);
        await waits.Task;
        Assert.False(second.IsCompleted);
        (await two.Cache.LockAsync(Digest.Of("other"u8), () => Assert.Fail("another key"), TestContext.Current.CancellationToken)).Dispose();

        first.Dispose();
        (await second).Dispose();
        using var stopped = new CancellationTokenSource();
        using var held = await one.Cache.LockAsync(key, () => { }, TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two.Cache.LockAsync(key, stopped.Cancel, stopped.Token));
    }

    private void Remember(string name, int day, int size)
    {
        using var store = Open();
        _contents[name] = store.Contents.Ingest(System.Text.Encoding.ASCII.GetBytes(name.PadRight(size))).Digest;
        var key = Digest.Of(System.Text.Encoding.ASCII.GetBytes(name));
        store.Cache.Put(key, new CacheRecord(CacheRecord.Step, _contents[name], size, "STEP " + name).ToBytes());
        File.SetLastWriteTimeUtc(store.Cache.PathOf(key), Start.AddDays(day).UtcDateTime);
    }

    private string[] Left()
    {
        using var store = Open();
        return [.. _contents.Where(content => store.Contents.Contains(content.Value)).Select(content => content.Key).Order(StringComparer.Ordinal)];
    }

    private PruneReport Prune(PruneOptions options) => StorePrune.Run(Root, options, _time);

    private ContentStore Open() => ContentStore.Open(Root, _time);

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = Start.AddDays(10);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
