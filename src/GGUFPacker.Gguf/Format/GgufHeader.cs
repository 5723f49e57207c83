using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>Everything that stands before the tensor data of one GGUF file, and where it stands. Immutable.</summary>
public sealed class GgufHeader
{
    /// <summary>The alignment of a file that names none (general.alignment).</summary>
    public const int DefaultAlignment = 32;

    internal GgufHeader()
    {
    }

    /// <summary>The version of the format: 1, 2 or 3.</summary>
    public required int Version { get; init; }

    /// <summary>Whether the file's numbers are big-endian.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>The key-values, in file order.</summary>
    public required GgufMetadata Metadata { get; init; }

    /// <summary>The tensors, in file order.</summary>
    public required ImmutableArray<TensorInfo> Tensors { get; init; }

    /// <summary>Where each tensor's data begins, counted from <see cref="DataOffset"/>.</summary>
    public required ImmutableArray<long> TensorOffsets { get; init; }

    /// <summary>What each tensor's data begins at a multiple of.</summary>
    public required int Alignment { get; init; }

    /// <summary>Bytes from the file's beginning to the end of the last tensor's entry.</summary>
    public required long Length { get; init; }

    /// <summary>Where the tensor data begins in the file: <see cref="Length"/> rounded up to <see cref="Alignment"/>.</summary>
    public required long DataOffset { get; init; }

    /// <summary>Where each key's value lies in the file; of an array its elements, behind their type and count.</summary>
    public required ImmutableArray<GgufSpan> ValueSpans { get; init; }

    /// <summary>Where each tensor's entry lies in the file.</summary>
    public required ImmutableArray<GgufSpan> TensorEntrySpans { get; init; }

    /// <summary>
    /// Reads a header from a stream, and no more of the stream than its buffer's size beyond it. Whether the tensor data is there is not checked:
    /// <see cref="GgufFile"/> does that.
    /// </summary>
    /// <param name="stream">At the file's first byte.</param>
    /// <param name="name">What the errors call the file.</param>
    /// <param name="limits">What the header may ask for; <see cref="GgufLimits.Default"/> if null.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="GgufException">The header is invalid or ends early.</exception>
    public static GgufHeader Read(Stream stream, string name, GgufLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= GgufLimits.Default;
        return new GgufHeaderParser(new GgufHeaderReader(stream, name, limits.MaxHeaderBytes), limits, cancellationToken).Parse();
    }
}
