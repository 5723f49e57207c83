using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace GGUFPacker.Testing.Registry;

/// <summary>An image as another program would make it, layer by layer, to put into a registry.</summary>
public sealed class RegistryImage
{
    private readonly List<(byte[] Blob, string DiffId, string MediaType)> _layers = [];

    /// <summary>The member <c>config</c> of its config.</summary>
    public string Config { get; init; } = "{}";

    public string Platform { get; init; } = "linux/amd64";

    /// <summary>The digests of its layers' blobs.</summary>
    public IReadOnlyList<string> Layers => [.. _layers.Select(layer => RegistryContent.DigestOf(layer.Blob))];

    /// <summary>Adds a layer.</summary>
    public RegistryImage Layer(Action<TarWriter> write, string compression = "")
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            write(writer);
        }

        return Layer(tar.ToArray(), compression);
    }

    /// <summary>Adds a layer of these bytes, whatever they are.</summary>
    public RegistryImage Layer(byte[] tar, string compression = "")
    {
        var blob = compression switch { "gzip" => Gzip(tar), "" => tar, _ => throw new ArgumentException(compression, nameof(compression)) };
        _layers.Add((blob, RegistryContent.DigestOf(tar), "application/vnd.oci.image.layer.v1.tar" + (compression.Length > 0 ? "+" + compression : "")));
        return this;
    }

    /// <summary>Puts it into a registry.</summary>
    /// <returns>The manifest's digest.</returns>
    public string AddTo(RegistryContent content, string repository, string? tag)
    {
        var platform = Platform.Split('/');
        var config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"{{{platform[1]}}}","os":"{{{platform[0]}}}","config":{{{Config}}},"rootfs":{"type":"layers","diff_ids":{{{JsonSerializer.Serialize(_layers.Select(layer => layer.DiffId))}}}}}""");
        foreach (var (blob, _, _) in _layers)
        {
            content.AddBlob(repository, blob);
        }

        var layers = string.Join(',', _layers.Select(layer => Descriptor(layer.MediaType, RegistryContent.DigestOf(layer.Blob), layer.Blob.Length)));
        var manifest = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{Descriptor("application/vnd.oci.image.config.v1+json", content.AddBlob(repository, config), config.Length)}},"layers":[{{layers}}]}""");
        return content.AddManifest(repository, tag, manifest, "application/vnd.oci.image.manifest.v1+json");
    }

    public static TarEntry File(string path, byte[] bytes) => new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(bytes) };

    public static TarEntry File(string path, string text) => File(path, Encoding.UTF8.GetBytes(text));

    public static TarEntry Directory(string path) => new PaxTarEntry(TarEntryType.Directory, path) { Mode = (UnixFileMode)0x1ED };

    public static TarEntry Link(string path, string target) => new PaxTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target };

    public static TarEntry HardLink(string path, string target) => new PaxTarEntry(TarEntryType.HardLink, path) { LinkName = target };

    /// <summary>Bytes that look like nothing, the same for the same seed.</summary>
    public static byte[] Noise(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string Descriptor(string mediaType, string digest, long size) => $$"""{"mediaType":"{{mediaType}}","digest":"{{digest}}","size":{{size}}}""";

    private static byte[] Gzip(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }
}
