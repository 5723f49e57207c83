using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// The vocabulary of a drafter that knows only a part of its target's tokens: for each of its own the target's, which checkpoints have as a distance (d2t)
/// and GGUF as an id of 64 bits.
/// </summary>
internal sealed class DraftVocabulary : EncodedTensor
{
    private const long MaximumTokens = 1 << 24;

    private readonly long[] _ids;

    private DraftVocabulary(long[] ids)
        : base(TensorType.I64, [ids.Length]) => _ids = ids;

    /// <summary>The number of tokens.</summary>
    public int TokenCount => _ids.Length;

    /// <summary>Reads the distances.</summary>
    /// <param name="distances">The tensor d2t.</param>
    /// <param name="targetSize">The target's vocab_size.</param>
    /// <exception cref="CheckpointException">An id is none of the target's, or comes twice.</exception>
    public static DraftVocabulary Read(TensorSource distances, long targetSize)
    {
        if (distances.Count > MaximumTokens)
        {
            throw new CheckpointException($"Cannot convert the tensor 'd2t': a vocabulary of {distances.Count} tokens is not possible.");
        }

        // By float32, as everything that the script reads: exact for ids.
        var numbers = new float[distances.Count];
        Float32Tensor.Of(distances).Read(0, MemoryMarshal.AsBytes(numbers.AsSpan()));
        var ids = new long[numbers.Length];
        var seen = new HashSet<long>();
        for (var token = 0; token < ids.Length; token++)
        {
            var id = float.IsFinite(numbers[token]) ? (long)numbers[token] + token : -1;
            if (id < 0 || id >= targetSize || !seen.Add(id))
            {
                throw new CheckpointException(
                    $"Cannot convert the tensor 'd2t': token {token} would be {id} of the target, which is not below {targetSize} or is taken already.");
            }

            ids[token] = id;
        }

        return new DraftVocabulary(ids);
    }

    /// <inheritdoc/>
    public override void ReadRows(long firstRow, Span<byte> destination) => MemoryMarshal.AsBytes(_ids.AsSpan()).CopyTo(destination);
}
