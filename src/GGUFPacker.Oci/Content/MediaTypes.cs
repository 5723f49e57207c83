namespace GGUFPacker.Oci.Content;

/// <summary>Media types of the OCI image specification and of Docker's older names for the same things.</summary>
public static class MediaTypes
{
    /// <summary>An OCI image manifest.</summary>
    public const string ImageManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>An OCI image index.</summary>
    public const string ImageIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>An OCI image config.</summary>
    public const string ImageConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>A layer as plain tar.</summary>
    public const string LayerTar = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>A layer as gzip-compressed tar.</summary>
    public const string LayerTarGzip = "application/vnd.oci.image.layer.v1.tar+gzip";

    /// <summary>A layer as zstd-compressed tar.</summary>
    public const string LayerTarZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    /// <summary>Docker's image manifest, version 2 schema 2.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>Docker's manifest list.</summary>
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>Docker's image config.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>Docker's plain layer.</summary>
    public const string DockerLayerTar = "application/vnd.docker.image.rootfs.diff.tar";

    /// <summary>Docker's gzip-compressed layer.</summary>
    public const string DockerLayerTarGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Docker's zstd-compressed layer.</summary>
    public const string DockerLayerTarZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";

    /// <summary>Bytes of unknown type.</summary>
    public const string OctetStream = "application/octet-stream";

    /// <summary>The manifests and indexes that are understood, the preferred ones first.</summary>
    public static IReadOnlyList<string> Manifests { get; } = [ImageManifest, ImageIndex, DockerManifest, DockerManifestList];

    /// <summary>Whether it names a list of manifests.</summary>
    public static bool IsIndex(string? mediaType) => mediaType is ImageIndex or DockerManifestList;

    /// <summary>Whether it names the manifest of one image.</summary>
    public static bool IsManifest(string? mediaType) => mediaType is ImageManifest or DockerManifest;

    /// <summary>How the layer of this media type is compressed; null if it is no tar layer.</summary>
    public static LayerCompression? CompressionOf(string mediaType) => mediaType switch
    {
        LayerTar or DockerLayerTar => LayerCompression.None,
        LayerTarGzip or DockerLayerTarGzip => LayerCompression.Gzip,
        LayerTarZstd or DockerLayerTarZstd => LayerCompression.Zstd,
        _ => null,
    };
}
