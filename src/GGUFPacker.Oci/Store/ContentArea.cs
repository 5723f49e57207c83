using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// The files that models consist of, each once, by the digest of its bytes. They never change: link to them, never write to them.
/// </summary>
public sealed class ContentArea
{
    private readonly LayerArea _layers;
    private readonly ContentSeals _seals;

    internal ContentArea(StoreFiles files)
    {
        Files = files;
        _layers = new LayerArea(files, this);
        _seals = new ContentSeals(files);
    }

    internal StoreFiles Files { get; }

    internal LayerArea Layers => _layers;

    /// <summary>Whether the store has the file.</summary>
    public bool Contains(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>Whether the store has the file with this size; one that was cut off, or that somebody has written to through a link, does not count.</summary>
    public bool Contains(Digest digest, long size) => StoreFiles.IsWhole(PathOf(digest), size) && _seals.Holds(digest, PathOf(digest));

    /// <summary>Where the file lies, if it is there.</summary>
    public string PathOf(Digest digest) => StoreFiles.In(Files.Contents, digest);

    /// <summary>Opens the file.</summary>
    /// <exception cref="StoreException">The store does not have it.</exception>
    public FileStream OpenRead(Digest digest)
    {
        try
        {
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (FileNotFoundException exception)
        {
            throw Missing(digest, exception);
        }
    }

    /// <summary>Begins to take in a file that is written front to back.</summary>
    /// <param name="layer">A layer to make around it on the way; null for none.</param>
    /// <param name="size">The file's size, as far as known: a disk that is too small for it is found out at once.</param>
    /// <exception cref="StoreException">The disk is full.</exception>
    public ContentIngest BeginIngest(PendingLayer? layer = null, long size = 0) => new(this, layer, size);

    /// <summary>Begins to take in a file within a tar whose digest is computed on the way.</summary>
    internal ContentIngest BeginIngest(HashLane tar, string? path) => new(this, new ContentHasher(tar), path);

    /// <summary>Takes in what a stream holds.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="layer">A layer to make around them on the way; null for none.</param>
    /// <param name="cancellationToken">Stops; nothing stays.</param>
    public async Task<StoredContent> IngestAsync(Stream source, PendingLayer? layer, CancellationToken cancellationToken)
    {
        using var ingest = BeginIngest(layer);
        int read;
        while ((read = await source.ReadAsync(ingest.GetMemory(), cancellationToken).ConfigureAwait(false)) > 0)
        {
            ingest.Advance(read);
        }

        return ingest.Commit();
    }

    /// <summary>Takes in bytes at hand.</summary>
    public StoredContent Ingest(ReadOnlySpan<byte> bytes)
    {
        using var ingest = BeginIngest();
        ingest.Write(bytes);
        return ingest.Commit();
    }

    /// <summary>Takes in a copy of a file of this machine.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layer">A layer to make around it on the way; null for none.</param>
    /// <param name="cancellationToken">Stops; nothing stays.</param>
    public async Task<StoredContent> IngestFileAsync(string path, PendingLayer? layer, CancellationToken cancellationToken)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        return await IngestAsync(file, layer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// A new path on the store's volume for a file that is not written front to back; <see cref="Adopt"/> takes it in, the writer deletes it otherwise.
    /// </summary>
    public string NewTemporaryPath() => Files.NewTemporary();

    /// <summary>
    /// The path on the store's volume of a file that comes from elsewhere in pieces, for as long as that takes: what has come is found there again by the next
    /// process.
    /// <see cref="Adopt"/> takes the finished file in. One that nobody goes on with is swept after a week.
    /// </summary>
    /// <param name="key">What stands for the transfer.</param>
    public string PartialPath(Digest key) => StoreFiles.In(Files.Partial, key, ".part");

    /// <summary>
    /// Takes in a finished file of <see cref="NewTemporaryPath"/> or <see cref="PartialPath"/> by renaming it; its bytes are read once for the digests.
    /// </summary>
    /// <param name="temporaryPath">The file, which nobody has open.</param>
    /// <param name="layer">A layer to make around it on the way; null for none.</param>
    /// <param name="cancellationToken">Stops; the file stays where it is.</param>
    public StoredContent Adopt(string temporaryPath, PendingLayer? layer, CancellationToken cancellationToken)
    {
        using var hasher = new ContentHasher(layer, AppendTo);
        long size = 0;
        HashBlock block = new();
        using (var file = File.OpenHandle(temporaryPath, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan))
        {
            int read;
            while ((read = RandomAccess.Read(file, block.Free.Span, size)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                size += read;
                block.Advance(read);
                if (block.IsFull)
                {
                    hasher.Append(block);
                    block = new HashBlock();
                }
            }
        }

        if (layer is not null && layer.Size != size)
        {
            throw new StoreException($"'{layer.Path}' has {size} bytes; its layer was told {layer.Size}.");
        }

        var (content, recipe) = hasher.Finish(block.Bytes);
        block.Release();
        return Settle(temporaryPath, content, size, recipe);
    }

    /// <summary>
    /// Puts the file at a path outside the store: as a hard link, or as a copy where none can be made (another volume, a file system without them, too many
    /// links). What was there is replaced at once, never written into.
    /// </summary>
    /// <param name="digest">The file.</param>
    /// <param name="destination">The path; its directory is made if need be.</param>
    /// <param name="renews">Whether the file's time becomes now, for those who go by time and would take an old content for one that they have. A copy gets the
    /// content's time too.</param>
    /// <returns>Whether it is a link.</returns>
    /// <exception cref="StoreException">The store does not have the file.</exception>
    public bool Link(Digest digest, string destination, bool renews = false)
    {
        var source = PathOf(digest);
        if (!File.Exists(source) || !_seals.Holds(digest, source))
        {
            throw Missing(digest, null);
        }

        if (renews)
        {
            Renew(source);
        }

        _seals.Set(digest, source);
        var path = Path.GetFullPath(destination);
        var isLink = FileLink.Place(source, path);
        if (renews && !isLink)
        {
            File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(source));
        }

        return isLink;
    }

    internal SafeFileHandle OpenHandle(Digest digest)
    {
        try
        {
            return File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (FileNotFoundException exception)
        {
            throw Missing(digest, exception);
        }
    }

    internal void AppendTo(Digest digest, HashLane lane)
    {
        // The next block is read while the last one is digested.
        using var file = OpenHandle(digest);
        var block = new HashBlock();
        long offset = 0;
        int read;
        while ((read = RandomAccess.Read(file, block.Free.Span, offset)) > 0)
        {
            offset += read;
            block.Advance(read);
            if (block.IsFull)
            {
                lane.Append(block);
                block = new HashBlock();
            }
        }

        lane.AppendNow(block.Bytes);
        block.Release();
    }

    internal StoredContent Settle(string temporary, Digest content, long size, LayerRecipe? layer)
    {
        var path = PathOf(content);
        if (StoreFiles.IsWhole(path, size))
        {
            _seals.Holds(content, path);
        }

        StoreFiles.Settle(temporary, path, size);
        if (layer is not null)
        {
            _layers.Save(layer);
        }

        return new StoredContent(content, size, layer);
    }

    private void Renew(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, Files.Time.GetUtcNow().UtcDateTime);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A store of another user's: then the time stays.
        }
    }

    private static StoreException Missing(Digest digest, Exception? inner) => new($"The store does not have the content {digest}.", inner);
}
