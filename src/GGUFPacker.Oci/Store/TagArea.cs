using System.Text;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// The names of images. Each is a small file whose name is the digest of the reference: references differ by case and hold colons, file systems do not.
/// </summary>
public sealed class TagArea
{
    private const int MaxSize = 1 << 20;

    private readonly StoreFiles _files;

    internal TagArea(StoreFiles files) => _files = files;

    /// <summary>What a reference stands for; null if the store does not know it. A reference without tag and digest means <c>latest</c>.</summary>
    public StoredTag? Find(ImageReference reference) => StoreFiles.ReadIfThere(PathOf(reference), MaxSize) is { } bytes ? Parse(bytes) : null;

    /// <summary>Lets a reference stand for a manifest, whatever it stood for before.</summary>
    public void Set(ImageReference reference, Descriptor manifest) => _files.Write(PathOf(reference), JsonMembers.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("reference", reference.WithDefaultTag().ToString());
        writer.WritePropertyName("manifest");
        DescriptorJson.Write(writer, manifest);
        writer.WriteString("updated", Rfc3339.Format(_files.Time.GetUtcNow()));
        writer.WriteEndObject();
    }));

    /// <summary>Forgets a reference; the image's files stay until they are pruned.</summary>
    /// <returns>Whether the store knew it.</returns>
    public bool Remove(ImageReference reference)
    {
        var path = PathOf(reference);
        return File.Exists(path) && StoreFiles.TryDelete(path);
    }

    /// <summary>All references, in order.</summary>
    public IReadOnlyList<StoredTag> List() =>
        [.. Directory.EnumerateFiles(_files.Tags, "*.json")
            .Select(path => StoreFiles.ReadIfThere(path, MaxSize))
            .OfType<byte[]>()
            .Select(Parse)
            .OfType<StoredTag>()
            .OrderBy(tag => tag.Reference.ToString(), StringComparer.Ordinal)];

    private static StoredTag? Parse(byte[] bytes)
    {
        try
        {
            var json = JsonMembers.ParseObject(bytes, MaxSize, "tag");
            return ImageReference.TryParse(JsonMembers.Text(json, "reference"), out var reference)
                && Rfc3339.TryParse(JsonMembers.Text(json, "updated"), out var updated)
                ? new StoredTag(reference, DescriptorJson.Read(json.GetProperty("manifest")), updated)
                : null;
        }
        catch (Exception exception) when (exception is ContentException or KeyNotFoundException)
        {
            // A tag that a power failure cut short is no tag.
            return null;
        }
    }

    /// <summary>The file that is there as long as the store knows a reference.</summary>
    public string PathOf(ImageReference reference) =>
        StoreFiles.In(_files.Tags, Digest.Of(Encoding.UTF8.GetBytes(reference.WithDefaultTag().ToString())), ".json");
}
