using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Sources.Headers;

/// <summary>Reads the headers of all files of a model, wherever the bytes come from.</summary>
internal static class ModelHeaderReader
{
    /// <summary>Reads them.</summary>
    /// <param name="first">The name of the first, or only, file.</param>
    /// <param name="open">Opens a file by its name; the second argument is whether it is the first. After a read the stream knows its length.</param>
    /// <param name="limits">What the headers may ask for.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="GgufException">A header is invalid, or the files are no one model's.</exception>
    public static GgufModelHeader Read(string first, Func<string, bool, Stream> open, GgufLimits limits, CancellationToken cancellationToken)
    {
        var parts = ImmutableArray.CreateBuilder<GgufFilePart>();
        parts.Add(ReadPart(first, isFirst: true));
        foreach (var other in GgufModelHeader.OtherNames(parts[0], limits))
        {
            parts.Add(ReadPart(other, isFirst: false));
        }

        return GgufModelHeader.Join(parts.ToImmutable());

        GgufFilePart ReadPart(string name, bool isFirst)
        {
            using var stream = open(name, isFirst);
            var header = GgufHeader.Read(stream, name, limits, cancellationToken);
            return new GgufFilePart(name, stream.Length, header);
        }
    }
}
