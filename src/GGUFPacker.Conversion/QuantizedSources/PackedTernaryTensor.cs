using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Weights of −1, 0 and 1 as BitNet packs them: a byte holds the codes of four rows that are a quarter of the rows apart, the first row's in the lowest bits.
/// A weight is (code − 1) / scale.
/// </summary>
internal sealed class PackedTernaryTensor : TensorSource
{
    private const int ChunkBytes = 32 * 1024;

    private readonly TensorSource _packed;
    private readonly Lazy<float> _scale;

    private PackedTernaryTensor(TensorSource packed, TensorSource scale)
        : base(ElementType.F32, packed.Shape.SetItem(0, packed.Shape[0] * 4))
    {
        _packed = packed;
        _scale = new Lazy<float>(() => SmallTensors.ReadSingles(scale)[0]);
    }

    /// <summary>Unpacks a tensor.</summary>
    /// <exception cref="ArgumentException">The types or shapes do not fit.</exception>
    public static TensorSource Of(TensorSource packed, TensorSource scale) =>
        packed.Type.Bytes == 1 && !packed.Shape.IsEmpty && scale.Count == 1
            ? new PackedTernaryTensor(packed, scale)
            : throw new ArgumentException("It is not packed in bytes, or has not one scale.");

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(destination);
        var scale = _scale.Value;
        ReadOnlySpan<float> values = [-1f / scale, 0f / scale, 1f / scale, 2f / scale];
        var quarter = _packed.Count;
        var buffer = new byte[Math.Min(ChunkBytes, numbers.Length)];
        while (!numbers.IsEmpty)
        {
            var (part, place) = (first / quarter, first % quarter);
            var count = (int)Math.Min(Math.Min(buffer.Length, numbers.Length), quarter - place);
            _packed.Read(place, buffer.AsSpan(0, count));
            var shift = 2 * (int)part;
            for (var i = 0; i < count; i++)
            {
                numbers[i] = values[(buffer[i] >> shift) & 3];
            }

            numbers = numbers[count..];
            first += count;
        }
    }
}
