using System.Text.RegularExpressions;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Images on this machine: contents, layers, manifests and names below one directory, safe for several processes at a time. While it is open, nothing in it is
/// pruned.
/// </summary>
public sealed partial class ContentStore : IDisposable
{
    /// <summary>The environment variable that names the store's directory.</summary>
    public const string PathVariable = "GGUF_PACKER_STORE_PATH";

    private readonly StoreLock _lock;

    private ContentStore(StoreFiles files, StoreLock storeLock)
    {
        _lock = storeLock;
        Root = files.Root;
        Contents = new ContentArea(files);
        Layers = Contents.Layers;
        Blobs = new BlobArea(files);
        Origins = new OriginArea(files);
        Tags = new TagArea(files);
        Cache = new CacheArea(files);
        Trees = new TreeArea(files, Contents);
    }

    /// <summary>The store's directory.</summary>
    public string Root { get; }

    /// <summary>The files of models.</summary>
    public ContentArea Contents { get; }

    /// <summary>The layers.</summary>
    public LayerArea Layers { get; }

    /// <summary>Manifests and configs.</summary>
    public BlobArea Blobs { get; }

    /// <summary>The repositories that layers have come from.</summary>
    public OriginArea Origins { get; }

    /// <summary>The names of images.</summary>
    public TagArea Tags { get; }

    /// <summary>Images as directories, for programs that read files.</summary>
    public TreeArea Trees { get; }

    /// <summary>What builds remember.</summary>
    public CacheArea Cache { get; }

    /// <summary>Opens the store in a directory, which is made if need be; what a process that is no more left half-written is removed.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public static ContentStore Open(string root, TimeProvider? time = null) => Open(root, time, null);

    /// <param name="root">The directory.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="writing">Told of the number of bytes before each write; may throw in the disk's place.</param>
    internal static ContentStore Open(string root, TimeProvider? time, Action<int>? writing)
    {
        var files = new StoreFiles(Path.GetFullPath(root), time ?? TimeProvider.System, writing);
        files.Create();
        var storeLock = StoreLock.Share(files.Lock);
        files.SweepTemporary();
        return new ContentStore(files, storeLock);
    }

    /// <summary>The directory that the environment names (variables in it, <c>$NAME</c>, are expanded), else <c>gguf-packer</c> in the user's home.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="home">The user's home.</param>
    public static string DefaultRoot(Func<string, string?> environment, string home) =>
        environment(PathVariable) is { Length: > 0 } path
            ? Path.GetFullPath(Variable.Replace(path, match => environment(match.Groups[1].Value + match.Groups[2].Value) ?? ""))
            : Path.Combine(home, "gguf-packer");

    [GeneratedRegex(@"\$(?:\{(\w+)\}|(\w+))", RegexOptions.CultureInvariant)]
    private static partial Regex Variable { get; }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
