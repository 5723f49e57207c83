using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.Store;

/// <summary>Follows names and records to the files that they need: manifests, configs, layers, contents.</summary>
internal sealed partial class StoreReach
{
    private const int MaxRecordSize = 16 << 20;

    private readonly StoreFiles _files;
    private readonly BlobArea _blobs;
    private readonly Dictionary<Digest, ImmutableArray<Digest>> _next = [];

    public StoreReach(StoreFiles files) => (_files, _blobs) = (files, new BlobArea(files));

    [GeneratedRegex("sha256:[0-9a-f]{64}", RegexOptions.CultureInvariant)]
    private static partial Regex AnyDigest { get; }

    /// <summary>Every name and every record.</summary>
    public IReadOnlyList<StoreRoot> Roots()
    {
        var tags = new TagArea(_files);
        var roots = new List<StoreRoot>();
        foreach (var tag in tags.List())
        {
            roots.Add(new StoreRoot(tags.PathOf(tag.Reference), tag, null, tag.Updated, [tag.Manifest.Digest]));
        }

        foreach (var file in new DirectoryInfo(_files.Cache).EnumerateFiles())
        {
            if (StoreFiles.ReadIfThere(file.FullName, MaxRecordSize) is { } bytes)
            {
                roots.Add(new StoreRoot(file.FullName, null, CacheRecord.Parse(bytes), file.LastWriteTimeUtc, DigestsIn(bytes)));
            }
        }

        return roots;
    }

    /// <summary>All that a root leads to. A digest may name a manifest, a layer or a content, or several of them; each way is followed.</summary>
    public HashSet<Digest> From(StoreRoot root)
    {
        var reached = new HashSet<Digest>(root.Digests);
        var open = new Queue<Digest>(root.Digests);
        while (open.TryDequeue(out var digest))
        {
            foreach (var next in Next(digest))
            {
                if (reached.Add(next))
                {
                    open.Enqueue(next);
                }
            }
        }

        return reached;
    }

    private ImmutableArray<Digest> Next(Digest digest)
    {
        if (!_next.TryGetValue(digest, out var next))
        {
            _next.Add(digest, next = [.. InBlob(digest), .. InLayer(digest)]);
        }

        return next;
    }

    // Manifests, indexes and configs name what they are made of; whatever else looks like a digest in them does no harm.
    private ImmutableArray<Digest> InBlob(Digest digest) =>
        _blobs.Find(digest) is { } blob && blob.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? DigestsIn(blob) : [];

    private IEnumerable<Digest> InLayer(Digest digest)
    {
        try
        {
            return StoreFiles.ReadIfThere(StoreFiles.In(_files.Layers, digest, ".json"), long.MaxValue) is { } recipe
                ? LayerRecipeJson.Parse(recipe).Segments.Where(segment => segment.IsContent).Select(segment => segment.Content)
                : [];
        }
        catch (ContentException)
        {
            // What a power failure damaged leads nowhere.
            return [];
        }
    }

    private static ImmutableArray<Digest> DigestsIn(byte[] text) =>
        [.. AnyDigest.Matches(Encoding.UTF8.GetString(text)).Select(match => Digest.Parse(match.Value)).Distinct()];
}
