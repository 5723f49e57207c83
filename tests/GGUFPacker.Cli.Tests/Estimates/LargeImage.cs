using System.Buffers.Binary;
using System.Text;
using GGUFPacker.Build.Images;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Oci.Content;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Cli.Tests.Estimates;

/// <summary>An image of a model that is too large to exist: its config is real, its layer is a tar of which only the beginning is.</summary>
internal static class LargeImage
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Puts the image into a registry.</summary>
    public static long AddTo(LoopbackRegistry registry, string repository, string tag, GgufMetadata metadata, TensorInfo[] tensors, string directory, params string[] arguments)
    {
        var layout = GgufLayout.Create(metadata, [.. tensors]);
        var path = Path.Combine(directory, "large.gguf");
        using (var file = File.Create(path))
        {
            // Where files have no holes, this would be all of the disk.
            Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a file with a hole");
            file.Write(layout.Header.Span);
            file.SetLength(layout.TotalBytes);
        }

        var layer = Digest.Of(Encoding.UTF8.GetBytes($"a layer of {repository} that nobody has"));
        var config = ModelImageConfig.Create(
            new ModelImageOptions { Platform = new Platform("linux", "amd64"), Created = DateTimeOffset.UnixEpoch, Command = new ModelCommand(["-m", "/large.gguf", .. arguments]), DiffIds = [layer] },
            (_, _) => GgufFile.Open(path)).ToBytes();
        File.Delete(path);

        var tar = new LoopbackFile([.. TarHeader("large.gguf", layout.TotalBytes), .. layout.Header.Span], 512 + ((layout.TotalBytes + 511) / 512 * 512) + 1024);
        registry.Content.AddSparseBlob(layer.ToString(), tar);
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{ManifestType}}",
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{registry.Content.AddBlob(repository, config)}}","size":{{config.Length}}},
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{layer}}","size":{{tar.Length}}}]}
            """;
        registry.Content.AddManifest(repository, tag, Encoding.UTF8.GetBytes(manifest), ManifestType);
        return layout.TotalBytes;
    }

    // A size of more than eleven octal digits is binary, as GNU tar writes it.
    private static byte[] TarHeader(string name, long size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        "0000000\0"u8.CopyTo(header.AsSpan(108));
        "0000000\0"u8.CopyTo(header.AsSpan(116));
        header[124] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(128), size);
        "00000000000\0"u8.CopyTo(header.AsSpan(136));
        header[156] = (byte)'0';
        "ustar\00"u8.CopyTo(header.AsSpan(257));
        header[264] = (byte)'0';
        header.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header)
        {
            sum += value;
        }

        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148));
        return header;
    }
}
