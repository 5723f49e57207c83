using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Layouts;

/// <summary>The files of a layout that is read, in a directory or in a tar archive.</summary>
internal sealed class LayoutFiles : IDisposable
{
    private readonly string _path;
    private readonly FileStream? _archive;
    private readonly Dictionary<string, (long Offset, long Size)> _entries = new(StringComparer.Ordinal);

    /// <summary>Opens a layout.</summary>
    /// <exception cref="ContentException">There is none.</exception>
    public LayoutFiles(string path)
    {
        _path = path;
        if (Directory.Exists(path))
        {
            return;
        }

        try
        {
            _archive = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 4096);
            Scan(_archive);
        }
        catch (FileNotFoundException exception)
        {
            throw new ContentException($"There is no image layout at '{path}'.", exception);
        }
        catch (LayerException exception)
        {
            _archive!.Dispose();
            throw new ContentException($"'{path}' is no archive of an image layout: {exception.Message}", exception);
        }
    }

    /// <summary>Opens a file.</summary>
    /// <param name="name">Its path in the layout; the caller makes it, no index does.</param>
    /// <exception cref="ContentException">It is not there.</exception>
    public Stream Open(string name)
    {
        if (_archive is not null)
        {
            return _entries.TryGetValue(name, out var entry) ? new ArchiveEntryStream(_archive, entry.Offset, entry.Size) : throw Missing(name, null);
        }

        try
        {
            return new FileStream(Path.Combine(_path, Path.Combine(name.Split('/'))), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Missing(name, exception);
        }
    }

    /// <summary>Reads a small file.</summary>
    /// <exception cref="ContentException">It is not there or too large.</exception>
    public async Task<byte[]> ReadAsync(string name, long limit, CancellationToken cancellationToken)
    {
        var file = Open(name);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length > limit)
            {
                throw new ContentException($"'{name}' of the image layout has {file.Length} bytes; more than {limit} are not read.");
            }

            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }

    public void Dispose() => _archive?.Dispose();

    private void Scan(FileStream archive)
    {
        var block = new byte[TarFormat.BlockSize];
        PaxRecords pax = default;
        while (archive.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) == block.Length && block.AsSpan().ContainsAnyExcept((byte)0))
        {
            var header = TarHeader.Read(block);
            var size = header.HasContent ? pax.Size ?? header.Size : 0;
            var start = archive.Position;
            if (size > archive.Length - start)
            {
                throw new LayerException($"it ends within '{header.Name}'");
            }

            if (header.Type == TarFormat.TypePax && size <= TarLimits.MaxExtensionBytes)
            {
                var body = new byte[size];
                archive.ReadExactly(body);
                pax = PaxRecords.Parse(body);
            }
            else
            {
                if (header.Type == TarFormat.TypeFile)
                {
                    _entries[EntryPath.Normalize(pax.Path ?? header.Name)] = (start, size);
                }

                pax = default;
            }

            if (_entries.Count > TarLimits.MaxEntries)
            {
                throw new LayerException($"it has more than {TarLimits.MaxEntries} entries");
            }

            archive.Position = start + size + TarFormat.PaddingOf(size);
        }
    }

    private ContentException Missing(string name, Exception? inner) => new($"The image layout '{_path}' has no '{name}'.", inner);
}
