using System.Text;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// Makes entries of a tar's headers in their order: extension headers (pax, GNU's long names) change the entry that follows them. Headers come from a stranger,
/// so each number in them has a limit.
/// </summary>
internal sealed class TarEntryParser
{
    private PaxRecords _pax;
    private string? _longName;
    private string? _longLink;
    private int _count;

    /// <summary>Whether a header has a body that is about the next entry; <see cref="Extend"/> takes it.</summary>
    /// <exception cref="LayerException">The body is longer than is read.</exception>
    public static bool IsExtension(TarHeader header)
    {
        var isExtension = header.Type is TarFormat.TypePax or TarFormat.TypePaxGlobal or TarFormat.TypeGnuLongName or TarFormat.TypeGnuLongLink;
        return isExtension && header.Size > TarLimits.MaxExtensionBytes
            ? throw new LayerException($"The layer has an extension header of {header.Size} bytes; more than {TarLimits.MaxExtensionBytes} are not read.")
            : isExtension;
    }

    /// <summary>Takes the body of an extension header.</summary>
    public void Extend(TarHeader header, byte[] body)
    {
        switch (header.Type)
        {
            case TarFormat.TypePax:
                _pax = PaxRecords.Parse(body);
                break;
            case TarFormat.TypePaxGlobal when PaxRecords.Parse(body) is { Path: not null } or { LinkPath: not null } or { Size: not null }:
                throw new LayerException("The layer has a global pax header that names a path or a size, which is not supported.");
            case TarFormat.TypeGnuLongName:
                _longName = TextOf(body);
                break;
            case TarFormat.TypeGnuLongLink:
                _longLink = TextOf(body);
                break;
        }
    }

    /// <summary>Makes the entry of a header that is no extension.</summary>
    /// <param name="header">The header.</param>
    /// <param name="left">The bytes that the tar has after it; <see cref="long.MaxValue"/> if that is not known.</param>
    /// <returns>The entry (the root's path is empty), and how many bytes of content follow the header.</returns>
    public (LayerEntry Entry, long Size) Parse(TarHeader header, long left)
    {
        header = header with
        {
            Name = _pax.Path ?? _longName ?? header.Name,
            LinkName = _pax.LinkPath ?? _longLink ?? header.LinkName,
            Size = _pax.Size ?? header.Size,
            Modified = _pax.Modified ?? header.Modified,
        };
        (_pax, _longName, _longLink) = (default, null, null);
        var kind = KindOf(header);
        var path = EntryPath.Normalize(header.Name);
        if (path.Length == 0 && kind != LayerEntryKind.Directory)
        {
            throw new LayerException("The layer has an entry without a name that is no directory.");
        }

        if (++_count > TarLimits.MaxEntries)
        {
            throw new LayerException($"The layer has more than {TarLimits.MaxEntries} entries.");
        }

        var size = header.HasContent ? header.Size : 0;
        if (size > left || TarFormat.PaddingOf(size) > left - size)
        {
            throw new LayerException($"The entry '{header.Name}' claims {size} bytes; the layer has {left} left.");
        }

        return (new LayerEntry(path, kind)
        {
            Mode = header.Mode,
            UserId = header.UserId,
            GroupId = header.GroupId,
            Modified = header.Modified,
            Size = kind == LayerEntryKind.File ? size : 0,
            LinkTarget = kind switch
            {
                LayerEntryKind.HardLink => EntryPath.Normalize(header.LinkName),
                LayerEntryKind.SymbolicLink => header.LinkName,
                _ => null,
            },
        }, size);
    }

    /// <summary>Tells that the tar has ended.</summary>
    /// <exception cref="LayerException">It ended too early.</exception>
    public void Finish()
    {
        if (_pax != default || _longName is not null || _longLink is not null)
        {
            throw new LayerException("The layer is cut off: it ends after an extension header.");
        }
    }

    private static LayerEntryKind KindOf(TarHeader header) => header.Type switch
    {
        TarFormat.TypeFile or TarFormat.TypeContiguous => header.Name.EndsWith('/') ? LayerEntryKind.Directory : LayerEntryKind.File,
        TarFormat.TypeDirectory => LayerEntryKind.Directory,
        TarFormat.TypeSymbolicLink => LayerEntryKind.SymbolicLink,
        TarFormat.TypeHardLink => LayerEntryKind.HardLink,
        TarFormat.TypeCharacterDevice or TarFormat.TypeBlockDevice or TarFormat.TypePipe => LayerEntryKind.Special,
        TarFormat.TypeGnuSparse => throw new LayerException($"The layer has a sparse file, '{header.Name}', which is not supported."),
        var type => throw new LayerException($"The entry '{header.Name}' is of type 0x{type:x2}, which is not supported."),
    };

    private static string TextOf(byte[] extension) => Encoding.UTF8.GetString(extension.AsSpan().TrimEnd((byte)0));
}
