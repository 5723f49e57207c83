using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// The factors by which Llama 3 stretches the wave lengths of its rotary embedding beyond the context of its training: none for short waves, all of
/// "factor" for long ones, and a mixture between. All of it in float32, operation by operation as PyTorch does it: a number divided by a tensor is
/// the tensor's reciprocal times the number. Only the power is rounded correctly, where PyTorch may be one unit in the last place off, differently
/// on different processors.
/// </summary>
internal static class Llama3RopeFactors
{
    private const int MaximumHeadDim = 1 << 16;

    /// <summary>The factors, one for each pair of dimensions; null if the model's rope_type is not llama3.</summary>
    /// <param name="rope">The rotary embedding's parameters.</param>
    /// <param name="headDim">The dimensions of a head; asked for only where it is needed.</param>
    /// <param name="defaultFactor">The factor where the parameters have none.</param>
    /// <param name="isDouble">Whether all but the frequencies is computed in double precision and rounded in the end.</param>
    /// <exception cref="CheckpointException">A parameter is no number.</exception>
    public static ImmutableArray<float>? Of(ModelConfig rope, Func<long> headDim, double defaultFactor = 8, bool isDouble = false)
    {
        if (rope.Find("rope_type") is not { } type || !type.Text.Equals("llama3", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var dimensions = headDim();
        if (dimensions is <= 0 or > MaximumHeadDim)
        {
            throw new CheckpointException($"Cannot convert: a head of {dimensions} dimensions ('head_dim' of config.json) has no rotary embedding.");
        }

        var theta = Number(rope, "rope_theta", 10000);
        var factor = Number(rope, "factor", defaultFactor);
        var lowFrequency = Number(rope, "low_freq_factor", 1);
        var highFrequency = Number(rope, "high_freq_factor", 4);
        var context = Number(rope, "original_max_position_embeddings", 8192);
        var factors = ImmutableArray.CreateBuilder<float>();
        for (var i = 0; i < dimensions; i += 2)
        {
            var exponent = i / (float)dimensions;
            var frequency = 1f / (float)Math.Pow((float)theta, exponent);
            factors.Add(isDouble
                ? InDouble(frequency, factor, lowFrequency, highFrequency, context)
                : InSingle(frequency, factor, lowFrequency, highFrequency, context));
        }

        return factors.ToImmutable();
    }

    private static float InSingle(float frequency, double factor, double lowFrequency, double highFrequency, double context)
    {
        var wave = 1f / frequency * (float)(2 * Math.PI);
        if (wave < (float)(context / highFrequency))
        {
            return 1;
        }

        var smooth = ((1f / wave * (float)context) - (float)lowFrequency) / (float)(highFrequency - lowFrequency);
        return wave > (float)(context / lowFrequency) ? (float)factor : 1f / (((1f - smooth) / (float)factor) + smooth);
    }

    private static float InDouble(double frequency, double factor, double lowFrequency, double highFrequency, double context)
    {
        var wave = 2 * Math.PI / frequency;
        if (wave < context / highFrequency)
        {
            return 1;
        }

        var smooth = ((context / wave) - lowFrequency) / (highFrequency - lowFrequency);
        return (float)(wave > context / lowFrequency ? factor : 1 / (((1 - smooth) / factor) + smooth));
    }

    private static double Number(ModelConfig rope, string key, double missing) => rope.Contains(key)
        ? rope.Find(key)?.Number
            ?? throw new CheckpointException($"Cannot convert: '{key}' of the rotary embedding's parameters in config.json must not be null.")
        : missing;
}
