using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.Layers;

/// <summary>
/// The stretches of the tar that a set of entries makes, before its digest is known: entries sorted by path, directories before what is in them, parents added
/// where they are missing.
/// A file whose content is still being written stands there with its size alone.
/// </summary>
internal sealed class LayerLayout
{
    private LayerLayout(ImmutableArray<LayerEntry> entries, ImmutableArray<Part> parts) => (Entries, Parts) = (entries, parts);

    /// <summary>Bytes at hand, or the content of the entry with this number.</summary>
    public readonly record struct Part(ReadOnlyMemory<byte> Inline, int Entry)
    {
        public bool IsContent => Entry >= 0;
    }

    public ImmutableArray<LayerEntry> Entries { get; }

    public ImmutableArray<Part> Parts { get; }

    public long Size => Parts.Sum(p => p.IsContent ? Entries[p.Entry].Size : p.Inline.Length);

    public static LayerLayout Of(IEnumerable<LayerEntry> entries)
    {
        var sorted = Complete(entries);
        var parts = ImmutableArray.CreateBuilder<Part>();
        var pending = new MemoryStream();
        for (var i = 0; i < sorted.Length; i++)
        {
            TarHeaderWriter.Write(pending, sorted[i]);
            if (sorted[i] is { Kind: LayerEntryKind.File, Size: > 0 })
            {
                parts.Add(new Part(pending.ToArray(), -1));
                parts.Add(new Part(default, i));
                pending = new MemoryStream();
                pending.Write(new byte[TarFormat.PaddingOf(sorted[i].Size)]);
            }
        }

        pending.Write(new byte[TarFormat.EndSize]);
        parts.Add(new Part(pending.ToArray(), -1));
        return new LayerLayout(sorted, parts.DrainToImmutable());
    }

    /// <summary>The recipe, once the tar's digest is known.</summary>
    /// <param name="diffId">The digest.</param>
    /// <param name="pending">The content of the file whose content the entries did not name.</param>
    public LayerRecipe ToRecipe(Digest diffId, Digest pending = default)
    {
        var entries = Entries.Select(e => e is { Kind: LayerEntryKind.File, Size: > 0, Content.IsEmpty: true }
            ? e with { Content = pending }
            : e).ToImmutableArray();
        var segments = Parts.Select(p => p.IsContent ? LayerSegment.Of(entries[p.Entry].Content, entries[p.Entry].Size) : LayerSegment.Of(p.Inline));
        return new LayerRecipe(diffId, Size, [.. segments], entries);
    }

    private static ImmutableArray<LayerEntry> Complete(IEnumerable<LayerEntry> entries)
    {
        var byPath = new SortedDictionary<string, LayerEntry>(EntryPath.WalkOrder);
        foreach (var entry in entries)
        {
            var path = EntryPath.Normalize(entry.Path);
            if (path.Length == 0 || entry.Size < 0 || entry.UserId is < 0 or > TarFormat.MaxOctalOwner || entry.GroupId is < 0 or > TarFormat.MaxOctalOwner)
            {
                throw new LayerException($"The entry '{entry.Path}' cannot be put into a layer.");
            }

            if (!byPath.TryAdd(path, entry with { Path = path, Modified = Math.Max(0, entry.Modified) }))
            {
                throw new LayerException($"The layer has '{path}' twice.");
            }
        }

        foreach (var entry in byPath.Values.ToList())
        {
            for (var parent = EntryPath.Parent(entry.Path); parent.Length > 0; parent = EntryPath.Parent(parent))
            {
                if (!byPath.TryAdd(parent, LayerEntry.Directory(parent) with { Modified = entry.Modified }) && byPath[parent].Kind != LayerEntryKind.Directory)
                {
                    throw new LayerException($"The layer has '{entry.Path}', but '{parent}' is no directory.");
                }
            }
        }

        return [.. byPath.Values];
    }
}
