using System.Numerics;
using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Weights of 2, 4 or 8 bits as GPTQ packs them: the transposed matrix, packed along its columns into 32-bit words; scales and packed zero points for each
/// group of inputs, and for each input its group. A weight is scale · (code − zero), where the first format stores the zero less one.
/// </summary>
internal sealed class GptqTensor : TensorSource
{
    private readonly TensorSource _words;
    private readonly TensorSource _zeros;
    private readonly TensorSource _scales;
    private readonly TensorSource _groupOfInput;
    private readonly int _bits;
    private readonly int _zeroOffset;
    private readonly RecentValues<Parts> _recent;

    private GptqTensor(
        TensorSource words, TensorSource zeros, TensorSource scales, TensorSource groupOfInput, int bits, int zeroOffset, RecentValues<Parts> recent)
        : base(ElementType.F32, [words.Shape[1], words.Shape[0] * (32 / bits)])
    {
        _words = words;
        _zeros = zeros;
        _scales = scales;
        _groupOfInput = groupOfInput;
        _bits = bits;
        _zeroOffset = zeroOffset;
        _recent = recent;
    }

    /// <summary>Unpacks a tensor.</summary>
    /// <param name="words">qweight: inputs / numbers of a word, outputs.</param>
    /// <param name="zeros">qzeros: groups, outputs / numbers of a word.</param>
    /// <param name="scales">scales: groups, outputs.</param>
    /// <param name="groupOfInput">g_idx: inputs.</param>
    /// <param name="bits">Bits of a code.</param>
    /// <param name="zeroOffset">What is added to the stored zeros.</param>
    /// <param name="recent">Keeps what was read.</param>
    /// <exception cref="ArgumentException">The shapes or types do not fit.</exception>
    public static TensorSource Of(
        TensorSource words, TensorSource zeros, TensorSource scales, TensorSource groupOfInput, int bits, int zeroOffset, RecentValues<Parts> recent)
    {
        var perWord = 32 / bits;
        if (words.Type != ElementType.I32 || zeros.Type != ElementType.I32 || groupOfInput.Type is not (ElementType.I32 or ElementType.I64))
        {
            throw new ArgumentException("Its qweight, qzeros or g_idx are no whole numbers of 32 bits.");
        }

        return words.Shape is [var inputWords, var outputs] && scales.Shape is [var groups, var scaleOutputs] && scaleOutputs == outputs
            && outputs % perWord == 0 && zeros.Shape.SequenceEqual([groups, outputs / perWord]) && groupOfInput.Shape is [var inputs]
                && inputs == inputWords * perWord
            ? new GptqTensor(words, zeros, scales, groupOfInput, bits, zeroOffset, recent)
            : throw new ArgumentException(
                $"The shapes of its qweight [{string.Join(", ", words.Shape)}], qzeros [{string.Join(", ", zeros.Shape)}], scales [{string.Join(", ", scales.Shape)}]"
                + $" and g_idx [{string.Join(", ", groupOfInput.Shape)}] do not fit together with {bits} bits.");
    }

    /// <inheritdoc/>
    public override void Read(long first, Span<byte> destination)
    {
        var parts = _recent.Get(this, Load);
        var numbers = MemoryMarshal.Cast<byte, float>(destination);
        var (outputs, inputs) = (Shape[0], Shape[1]);
        while (!numbers.IsEmpty)
        {
            var (output, input) = (first / inputs, first % inputs);
            var run = (int)Math.Min(numbers.Length, inputs - input);
            Unpack(parts, numbers[..run], (int)input, (int)output, (int)outputs);
            numbers = numbers[run..];
            first += run;
        }
    }

    private void Unpack(Parts parts, Span<float> numbers, int input, int output, int outputs)
    {
        // 32 / bits numbers of a word: a power of two.
        var perWord = BitOperations.Log2((uint)(32 / _bits));
        var mask = (1 << _bits) - 1;
        for (var i = 0; i < numbers.Length; i++, input++)
        {
            var place = ((long)parts.Groups[input] * outputs) + output;
            var code = (parts.Words[((long)(input >> perWord) * outputs) + output] >> (_bits * (input & ((1 << perWord) - 1)))) & mask;
            numbers[i] = parts.Scales[place] * (code - parts.Zeros[place]);
        }
    }

    private Parts Load()
    {
        var groups = SmallTensors.ReadIntegers(_groupOfInput, "g_idx");
        var groupCount = (int)_scales.Shape[0];
        for (var i = 0; i < groups.Length; i++)
        {
            // As in Python, a negative index counts from the end.
            groups[i] = groups[i] < 0 ? groups[i] + groupCount : groups[i];
            if ((uint)groups[i] >= (uint)groupCount)
            {
                throw new CheckpointException($"g_idx holds {groups[i]}, but there are {groupCount} groups.");
            }
        }

        var packed = SmallTensors.ReadIntegers(_zeros, "qzeros");
        var zeros = new short[groupCount * _scales.Shape[1]];
        var perWord = 32 / _bits;
        var mask = (1 << _bits) - 1;
        for (var i = 0; i < zeros.Length; i++)
        {
            zeros[i] = (short)(((packed[i / perWord] >> (_bits * (i % perWord))) & mask) + _zeroOffset);
        }

        return new Parts(SmallTensors.ReadIntegers(_words, "qweight"), zeros, SmallTensors.ReadSingles(_scales), groups);
    }

    /// <summary>What a tensor is made of, in memory.</summary>
    /// <param name="Words">The packed codes.</param>
    /// <param name="Zeros">The zeros, by group and output.</param>
    /// <param name="Scales">The scales, by group and output.</param>
    /// <param name="Groups">The group of each input.</param>
    internal sealed record Parts(int[] Words, short[] Zeros, float[] Scales, int[] Groups);
}
