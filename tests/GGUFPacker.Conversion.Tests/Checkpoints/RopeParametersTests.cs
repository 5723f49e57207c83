using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests.Checkpoints;

public sealed class RopeParametersTests
{
    [Theory]
    [InlineData("""{"rope_theta":5}""", "rope_theta", "5")]
    [InlineData("""{"rope_theta":5,"rope_scaling":{"rope_theta":6}}""", "rope_theta", "6")]
    [InlineData("""{"rope_theta":5,"rope_scaling":{"rope_theta":null}}""", "rope_theta", null)]
    [InlineData("""{"rope_theta":5,"rope_parameters":{"factor":2}}""", "rope_theta", "5")]
    [InlineData("""{"rope_parameters":null,"rope_scaling":{"factor":2}}""", "factor", null)]
    [InlineData("""{"rope_parameters":{"factor":3},"rope_scaling":{"factor":2}}""", "factor", "3")]
    [InlineData("""{"rope_scaling":{"type":"yarn"}}""", "rope_type", "\"yarn\"")]
    [InlineData("""{"rope_scaling":{"type":"yarn","rope_type":"linear"}}""", "rope_type", "\"linear\"")]
    [InlineData("""{"rope_scaling":{},"original_max_position_embeddings":7}""", "original_max_position_embeddings", "7")]
    [InlineData("""{"rope_theta":5,"rope_parameters":{"full_attention":{"rope_theta":9}}}""", "rope_theta", "9")]
    [InlineData("""{"rope_theta":5,"rope_parameters":{"sliding_attention":{"rope_theta":9}}}""", "rope_theta", null)]
    public void Parameters_come_from_the_strongest_place(string json, string key, string? expected) =>
        Assert.Equal(expected, Parse(json).Full[key]?.GetRawText());

    [Theory]
    [InlineData("""{"rope_local_base_freq":10}""", 10.0)]
    [InlineData("""{"rope_parameters":{"sliding_attention":{"rope_theta":9}}}""", 9.0)]
    [InlineData("""{"rope_theta":5}""", null)]
    public void The_base_of_sliding_windows_is_found(string json, double? expected) => Assert.Equal(expected, Parse(json).SlidingTheta?.Number);

    private static RopeParameters Parse(string json) =>
        RopeParameters.Of(new ModelConfig(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!));
}
