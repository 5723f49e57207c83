using System.IO.Compression;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using ZstdSharp;

namespace GGUFPacker.Oci.Store;

/// <summary>Tells tars from other files by their first bytes, as Docker does: a name says nothing.</summary>
public static class TarProbe
{
    /// <summary>How a tar is compressed that can be taken in; null for a file that is no tar, or whose tar would have no entries.</summary>
    /// <param name="file">The file from its beginning.</param>
    public static LayerCompression? Detect(Stream file)
    {
        Span<byte> magic = stackalloc byte[4];
        var read = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        file.Position = 0;
        var compression = read < magic.Length ? LayerCompression.None
            : magic[0] == 0x1F && magic[1] == 0x8B ? LayerCompression.Gzip
            : magic.SequenceEqual((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? LayerCompression.Zstd
            : LayerCompression.None;
        try
        {
            Span<byte> block = stackalloc byte[TarFormat.BlockSize];
            var plain = LayerDecompression.Open(file, compression, TarLimits.FreeExpansion);
            if (plain.ReadAtLeast(block, block.Length, throwOnEndOfStream: false) < block.Length || !block.ContainsAnyExcept((byte)0))
            {
                return null;
            }

            _ = TarHeader.Read(block);
            return compression;
        }
        catch (Exception exception) when (exception is LayerException or InvalidDataException or EndOfStreamException or ZstdException)
        {
            return null;
        }
    }
}
