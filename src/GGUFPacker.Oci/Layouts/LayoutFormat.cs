using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;

namespace GGUFPacker.Oci.Layouts;

/// <summary>The files of an OCI image layout besides its blobs.</summary>
internal static class LayoutFormat
{
    public const string MarkerName = "oci-layout";

    public const string IndexName = "index.json";

    /// <summary>What <c>docker load</c> read before it knew OCI layouts; it points to the same blobs.</summary>
    public const string DockerManifestName = "manifest.json";

    public const string BlobFolder = "blobs/sha256";

    /// <summary>The annotation for a tag.</summary>
    public const string TagAnnotation = "org.opencontainers.image.ref.name";

    /// <summary>BuildKit's and containerd's annotation for a full name.</summary>
    public const string NameAnnotation = "io.containerd.image.name";

    private const string Version = "1.0.0";

    public static byte[] Marker() => JsonMembers.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("imageLayoutVersion", Version);
        writer.WriteEndObject();
    });

    /// <exception cref="ContentException">It is no layout, or one of another version.</exception>
    public static void CheckMarker(ReadOnlyMemory<byte> bytes)
    {
        var version = JsonMembers.Text(JsonMembers.ParseObject(bytes, JsonMembers.MaxManifestSize, MarkerName), "imageLayoutVersion");
        if (version is null || !version.StartsWith("1.", StringComparison.Ordinal))
        {
            throw new ContentException($"The image layout is of version '{version}'; this version reads {Version}.");
        }
    }

    public static byte[] Index(ImmutableArray<LayoutImage> images) => new ImageIndex
    {
        Manifests = [.. images.Select(i => i.Reference is not { } reference ? i.Manifest : i.Manifest with
        {
            Annotations = i.Manifest.Annotations.SetItem(TagAnnotation, reference.ManifestName).SetItem(NameAnnotation, reference.WithDefaultTag().ToString()),
        })],
    }.ToBytes();

    public static byte[] DockerManifest(IEnumerable<(ImageManifest Image, ImageReference? Reference)> images) => JsonMembers.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var (image, reference) in images)
        {
            writer.WriteStartObject();
            writer.WriteString("Config", PathOf(image.Config.Digest));
            writer.WriteStartArray("RepoTags");
            if (reference is { Tag: not null })
            {
                writer.WriteStringValue((reference with { Digest = default }).ToString());
            }

            writer.WriteEndArray();
            writer.WriteStartArray("Layers");
            foreach (var layer in image.Layers)
            {
                writer.WriteStringValue(PathOf(layer.Digest));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    public static string PathOf(Digest digest) => $"{BlobFolder}/{digest.Hex}";
}
