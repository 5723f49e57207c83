using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Oci.RemoteImages;

/// <summary>
/// Reads the headers of a tar and jumps over the contents. What it finds is not verified: a layer's digest is of all its bytes.
/// </summary>
internal static class LayerIndexReader
{
    /// <summary>Reads the headers in their order.</summary>
    /// <param name="tar">The plain tar, which can seek.</param>
    /// <param name="diffId">The layer.</param>
    /// <param name="size">The tar's size; null if it is not known.</param>
    /// <param name="goesOn">Asked after each entry whether to read on.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The entries, and whether these are all.</returns>
    /// <exception cref="LayerException">It is no tar that can be taken in.</exception>
    public static async Task<(ImmutableArray<LayerEntry> Entries, bool IsWhole)> ReadAsync(
        Stream tar, Digest diffId, long? size, Func<LayerEntry, bool> goesOn, CancellationToken cancellationToken)
    {
        var parser = new TarEntryParser();
        var entries = ImmutableArray.CreateBuilder<LayerEntry>();
        var block = new byte[TarFormat.BlockSize];
        long headers = 0;
        while (await ReadHeaderAsync(tar, block, cancellationToken).ConfigureAwait(false))
        {
            var header = TarHeader.Read(block);
            headers += block.Length;
            if (TarEntryParser.IsExtension(header))
            {
                headers += header.Size;
                var body = new byte[header.Size];
                await tar.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
                parser.Extend(header, body);
                tar.Position += TarFormat.PaddingOf(header.Size);
                continue;
            }

            if (headers > TarLimits.MaxInlineBytes)
            {
                throw new LayerException($"The layer has more than {TarLimits.MaxInlineBytes} bytes of headers.");
            }

            var (entry, content) = parser.Parse(header, (size ?? long.MaxValue) - tar.Position);
            entry = entry.Size > 0 ? entry with { Place = new LayerPlace(diffId, tar.Position) } : entry;
            tar.Position += content + TarFormat.PaddingOf(content);
            if (entry.Path.Length > 0)
            {
                entries.Add(entry);
                if (!goesOn(entry))
                {
                    return (entries.DrainToImmutable(), false);
                }
            }
        }

        parser.Finish();
        return (entries.DrainToImmutable(), true);
    }

    private static async Task<bool> ReadHeaderAsync(Stream tar, byte[] block, CancellationToken cancellationToken)
    {
        var read = await tar.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return read is 0 or TarFormat.BlockSize
            ? read > 0 && block.AsSpan().ContainsAnyExcept((byte)0)
            : throw new LayerException("The layer is cut off within a header.");
    }
}
