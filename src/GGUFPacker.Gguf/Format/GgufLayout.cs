using System.Collections.Immutable;
using System.Numerics;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// The layout of a GGUF file of version 3, computed from its key-values and tensors before any data is known: header, zeros up to the alignment,
/// then each tensor's data in order, each followed by zeros up to the alignment, the last too. Immutable.
/// </summary>
public sealed class GgufLayout
{
    /// <summary>The key that names a file's alignment.</summary>
    public const string AlignmentKey = "general.alignment";

    /// <summary>The largest alignment that is taken.</summary>
    public const int MaxAlignment = 1 << 20;

    private GgufLayout()
    {
    }

    /// <summary>The header's bytes, without the padding behind it.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>What each tensor's data begins at a multiple of: <c>general.alignment</c>, or 32.</summary>
    public required int Alignment { get; init; }

    /// <summary>Where the tensor data begins: the header's length rounded up to the alignment.</summary>
    public required long DataOffset { get; init; }

    /// <summary>Where each tensor's data begins, counted from <see cref="DataOffset"/>.</summary>
    public required ImmutableArray<long> TensorOffsets { get; init; }

    /// <summary>The file's size.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Whether numbers are written big-endian.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>Computes a layout.</summary>
    /// <param name="metadata">The key-values; they must hold what decides the layout, so <c>general.alignment</c> if it is not 32.</param>
    /// <param name="tensors">The tensors, in file order.</param>
    /// <param name="bigEndian">Whether numbers are written big-endian.</param>
    /// <param name="padHeader">False for a file that ends with its last key, as llama.cpp's converter leaves a vocabulary without tensors.</param>
    /// <exception cref="GgufException">The alignment is no power of two, a tensor's name is there twice, or its row is no whole number of blocks.</exception>
    public static GgufLayout Create(GgufMetadata metadata, ImmutableArray<TensorInfo> tensors, bool bigEndian = false, bool padHeader = true)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var alignment = ReadAlignment(metadata);
        var offsets = ImmutableArray.CreateBuilder<long>(tensors.Length);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var dataBytes = 0L;
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new GgufException($"Cannot lay out the model: the tensor '{tensor.Name}' is there twice.");
            }

            offsets.Add(dataBytes);
            try
            {
                dataBytes = checked(dataBytes + Align(tensor.ByteLength, alignment));
            }
            catch (Exception error) when (error is ArgumentException or OverflowException)
            {
                var sizes = string.Join(", ", tensor.Shape);
                throw new GgufException(
                    $"Cannot lay out the model: the tensor '{tensor.Name}' of type {tensor.Type} and shape [{sizes}] has no size. {error.Message}", error);
            }
        }

        var header = GgufHeaderWriter.Write(metadata, tensors, offsets, bigEndian);
        var dataOffset = padHeader || !tensors.IsEmpty ? Align(header.Length, alignment) : header.Length;
        return new GgufLayout
        {
            Header = header,
            Alignment = alignment,
            DataOffset = dataOffset,
            TensorOffsets = offsets.MoveToImmutable(),
            TotalBytes = checked(dataOffset + dataBytes),
            IsBigEndian = bigEndian,
        };
    }

    /// <summary>Rounds up to a multiple of a power of two.</summary>
    internal static long Align(long value, int alignment) => checked(value + alignment - 1) & -(long)alignment;

    private static int ReadAlignment(GgufMetadata metadata)
    {
        if (metadata[AlignmentKey] is not { } value)
        {
            return GgufHeader.DefaultAlignment;
        }

        return value.TryGet<uint>(out var alignment) && BitOperations.IsPow2(alignment) && alignment <= MaxAlignment
            ? (int)alignment
            : throw new GgufException($"Cannot lay out the model: {AlignmentKey} must be a 32-bit power of two up to {MaxAlignment}.");
    }
}
