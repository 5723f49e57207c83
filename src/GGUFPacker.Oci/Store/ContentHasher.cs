using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Computes, in one pass over a file's bytes, the file's digest and, if a layer is wanted, the digest of the tar around it. Each on a thread of its own.
/// </summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly HashLane _content = new();
    private readonly HashLane? _tar;
    private readonly HashLane? _outer;
    private readonly LayerLayout? _layout;
    private readonly int _pendingPart;
    private readonly Action<Digest, HashLane>? _appendContent;

    /// <summary>Creates the hasher.</summary>
    /// <param name="layer">The layer around the file; null for none.</param>
    /// <param name="appendContent">Adds another content of the store to a lane.</param>
    public ContentHasher(PendingLayer? layer, Action<Digest, HashLane> appendContent)
    {
        if (layer is null)
        {
            return;
        }

        var file = new LayerEntry(layer.Path, LayerEntryKind.File)
        {
            Size = layer.Size,
            Mode = layer.Mode,
            UserId = layer.UserId,
            GroupId = layer.GroupId,
            Modified = layer.Modified,
        };
        _layout = LayerLayout.Of([.. layer.OtherEntries, file]);
        var path = EntryPath.Normalize(layer.Path);
        _pendingPart = layer.Size == 0 ? _layout.Parts.Length : _layout.Parts.TakeWhile(p => !p.IsContent || _layout.Entries[p.Entry].Path != path).Count();
        _appendContent = appendContent;
        _tar = new HashLane();
        AppendParts(0, _pendingPart);
    }

    /// <summary>Creates a hasher for a file within a tar that is read.</summary>
    /// <param name="outer">The lane that digests the tar; it gets the file's bytes too and goes on after them.</param>
    public ContentHasher(HashLane outer) => _outer = outer;

    /// <summary>Adds a block that the caller has filled; the hasher releases it.</summary>
    public void Append(HashBlock block)
    {
        if ((_tar ?? _outer) is { } other)
        {
            block.Share(1);
            other.Append(block);
        }

        _content.Append(block);
    }

    /// <summary>Adds the file's last bytes on the calling thread and ends both digests.</summary>
    public (Digest Content, LayerRecipe? Layer) Finish(ReadOnlySpan<byte> rest)
    {
        _content.AppendNow(rest);
        var content = Digest.FromHash(_content.Finish());
        _outer?.AppendNow(rest);
        if (_tar is null || _layout is null)
        {
            return (content, null);
        }

        _tar.AppendNow(rest);
        AppendParts(_pendingPart + 1, _layout.Parts.Length);
        return (content, _layout.ToRecipe(Digest.FromHash(_tar.Finish()), content));
    }

    public void Dispose()
    {
        _content.Dispose();
        _tar?.Dispose();
    }

    private void AppendParts(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var part = _layout!.Parts[i];
            if (part.IsContent)
            {
                _appendContent!(_layout.Entries[part.Entry].Content, _tar!);
            }
            else
            {
                _tar!.AppendNow(part.Inline.Span);
            }
        }
    }
}
