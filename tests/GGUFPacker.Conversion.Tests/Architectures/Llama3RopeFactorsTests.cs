using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests.Architectures;

public sealed class Llama3RopeFactorsTests
{
    [Fact]
    public void Short_waves_stay_long_ones_are_stretched_and_those_between_mixed()
    {
        var factors = Llama3RopeFactors.Of(
            Parse("""{"rope_type":"llama3","rope_theta":500000.0,"factor":32.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}"""), () => 64)!.Value;

        Assert.Equal(32, factors.Length);
        Assert.Equal(1f, factors[0]);
        Assert.Equal(32f, factors[^1]);
        Assert.Equal(factors.Order(), factors);
        Assert.InRange(factors.Count(factor => factor is > 1 and < 32), 1, 10);
    }

    /// <summary>The bits that the reference computes; those of Llama 3.2 1B last.</summary>
    [Theory]
    [InlineData(
        """{"rope_type":"llama3","factor":4.0,"high_freq_factor":4.0,"original_max_position_embeddings":64,"rope_theta":1000000.0}""",
        16,
        "3F800000 400D54F0 40800000 40800000 40800000 40800000 40800000 40800000")]
    [InlineData(
        """{"rope_type":"llama3","low_freq_factor":1.0,"high_freq_factor":8,"original_max_position_embeddings":64,"rope_theta":10000.0}""",
        24,
        "3F800000 3FD89660 40694FCD 40FB53D1 41000000 41000000 41000000 41000000 41000000 41000000 41000000 41000000")]
    [InlineData(
        """{"rope_type":"llama3","factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_theta":500000.0}""",
        64,
        "3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 3F800000 "
        + "3FD35EC2 4052B46F 411AAAEE 42000000 42000000 42000000 42000000 42000000 42000000 42000000 42000000 42000000 42000000 42000000 42000000 "
        + "42000000 42000000")]
    public void Factors_are_the_reference_s_to_the_bit(string json, long headDim, string expected) =>
        Assert.Equal(expected, string.Join(' ', Llama3RopeFactors.Of(Parse(json), () => headDim)!.Value.Select(factor => $"{BitConverter.SingleToUInt32Bits(factor):X8}")));

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"rope_type":"linear"}""")]
    [InlineData("""{"rope_type":null}""")]
    public void Other_kinds_have_none(string json) => Assert.Null(Llama3RopeFactors.Of(Parse(json), () => throw new InvalidOperationException("The head is not needed.")));

    [Theory]
    [InlineData("""{"rope_type":"LLAMA3","factor":null}""", 64)]
    [InlineData("""{"rope_type":"llama3","factor":"8"}""", 64)]
    [InlineData("""{"rope_type":"llama3"}""", 0)]
    [InlineData("""{"rope_type":"llama3"}""", 1L << 40)]
    public void Parameters_that_make_no_sense_are_refused(string json, long headDim) =>
        Assert.Throws<CheckpointException>(() => Llama3RopeFactors.Of(Parse(json), () => headDim));

    private static ModelConfig Parse(string json) => new(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!);
}
