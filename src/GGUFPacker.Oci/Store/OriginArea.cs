using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Where layers have come from or gone to. A push lets a registry take a layer over from a repository that has it, and a layer of a base image that nobody has
/// read is fetched from there if it is wanted after all.
/// </summary>
public sealed class OriginArea
{
    /// <summary>The latest so many repositories are remembered: each may cost a push a request.</summary>
    private const int MaxOrigins = 4;

    private const int MaxSize = 64 << 10;

    private readonly StoreFiles _files;

    internal OriginArea(StoreFiles files) => _files = files;

    /// <summary>The repositories that have a blob, as far as is known, the latest first.</summary>
    public ImmutableArray<BlobOrigin> Find(Digest blob)
    {
        if (StoreFiles.ReadIfThere(PathOf(blob), MaxSize) is not { } bytes)
        {
            return [];
        }

        try
        {
            var names = JsonMembers.List(JsonMembers.ParseObject(bytes, MaxSize, "record of origins"), "repositories", json => json.GetString());
            return [.. names.Select(name => ImageReference.TryParse(name, out var parsed) ? new BlobOrigin(parsed.Registry, parsed.Repository) : null).OfType<BlobOrigin>()];
        }
        catch (Exception exception) when (exception is ContentException or InvalidOperationException)
        {
            // A record that was cut short is as good as none.
            return [];
        }
    }

    /// <summary>Remembers that a repository has a blob.</summary>
    public void Add(Digest blob, BlobOrigin origin)
    {
        var known = Find(blob);
        if (known is [var latest, ..] && latest == origin)
        {
            return;
        }

        _files.Write(PathOf(blob), JsonMembers.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("repositories");
            foreach (var repository in known.Remove(origin).Prepend(origin).Take(MaxOrigins))
            {
                writer.WriteStringValue(repository.ToString());
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
    }

    private string PathOf(Digest blob) => StoreFiles.In(_files.Origins, blob, ".json");
}
