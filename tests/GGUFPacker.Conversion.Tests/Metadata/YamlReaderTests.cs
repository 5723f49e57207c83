using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Metadata;

namespace GGUFPacker.Conversion.Tests.Metadata;

/// <summary>Scalars and structures as PyYAML 6's safe_load reads them.</summary>
public sealed class YamlReaderTests
{
    [Theory]
    [InlineData("x: no", "False")]
    [InlineData("x: On", "True")]
    [InlineData("x: y", "'y'")]
    [InlineData("x: 'no'", "'no'")]
    [InlineData("x: ~", "None")]
    [InlineData("x:", "None")]
    [InlineData("x: 12", "12")]
    [InlineData("x: 1_000", "1000")]
    [InlineData("x: 0x1F", "31")]
    [InlineData("x: 017", "15")]
    [InlineData("x: 08", "'08'")]
    [InlineData("x: 0o17", "'0o17'")]
    [InlineData("x: 0b101", "5")]
    [InlineData("x: 1:30", "90")]
    [InlineData("x: 1.50", "1.5")]
    [InlineData("x: 1e5", "'1e5'")]
    [InlineData("x: 1.5e+3", "1500")]
    [InlineData("x: -.inf", "-Infinity")]
    [InlineData("x: 2024-05-01", "a date")]
    [InlineData("x: 2024-5-1", "'2024-5-1'")]
    [InlineData("x: 2024-05-01 10:00:00", "a date")]
    [InlineData("x: !!str 1.0", "'1.0'")]
    [InlineData("x: [a, 1]", "['a', 1]")]
    [InlineData("x: 1\nx: 2", "2")]
    [InlineData("a: &a [1]\nx: *a", "[1]")]
    [InlineData("b: &b {x: 1}\n<<: *b", "1")]
    [InlineData("b: &b {x: 1}\n<<: *b\nx: 2", "2")]
    [InlineData("<<: [{x: 1}, {x: 2}]", "1")]
    [InlineData("x: |\n  a\n  b\n", "'a\nb\n'")]
    public void A_value_means_what_it_means_to_python(string yaml, string expected) =>
        Assert.Equal(expected, Text(Assert.IsType<MetadataValue.Mapping>(YamlReader.Read(yaml)).Members["x"]));

    [Theory]
    [InlineData("x: [a")]
    [InlineData("x: a: b")]
    [InlineData("x: *nowhere")]
    [InlineData("x: &x [*x]")]
    [InlineData("x: !custom y")]
    [InlineData("x: !!int abc")]
    [InlineData("x: =")]
    [InlineData("x: <<")]
    [InlineData("x: 2024-13-45")]
    [InlineData("? [a]\n: b")]
    [InlineData("<<: 1")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("x: \u0001")]
    [InlineData("license: [mit\nx: y")]
    public void What_python_refuses_is_refused(string yaml) => Assert.Throws<CheckpointException>(() => YamlReader.Read(yaml));

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Throws<CheckpointException>(() => YamlReader.Read(new string('[', 5000)));

    [Fact]
    public void Aliases_of_aliases_stay_small()
    {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 60).Select(i =>
            $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Equal(61, Assert.IsType<MetadataValue.Mapping>(YamlReader.Read(yaml)).Members.Count);
    }

    private static string Text(MetadataValue? value) => value switch
    {
        null => "None",
        MetadataValue.Text text => $"'{text.Value}'",
        MetadataValue.Integer integer => integer.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        MetadataValue.Real real => real.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        MetadataValue.Flag flag => flag.Value ? "True" : "False",
        MetadataValue.Sequence sequence => $"[{string.Join(", ", sequence.Items.Select(Text))}]",
        _ => value.Kind,
    };
}
