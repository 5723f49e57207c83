using GGUFPacker.Gguf.Quantization.Model;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

public sealed class MetadataOverrideTests
{
    [Theory]
    [InlineData("a=int:-5", 5u)]
    [InlineData("a=int:5000000000", 705032704u)]
    [InlineData("a=int: 7x", 7u)]
    [InlineData("a=int:x", 0u)]
    [InlineData("a=float:0.1", 0.1f)]
    [InlineData("a=float:1e-6x", 1e-6f)]
    [InlineData("a=bool:true", true)]
    public void A_value_is_read_as_the_reference_reads_it(string text, object expected) =>
        Assert.Equal(expected, MetadataOverride.Parse(text).ToGgufValue().Raw);

    [Fact]
    public void Text_keeps_its_separators() => Assert.Equal("a=b:c", MetadataOverride.Parse("k=str:a=b:c").ToGgufValue().AsString());

    [Theory]
    [InlineData("novalue")]
    [InlineData("=int:1")]
    [InlineData("a=foo:1")]
    [InlineData("a=bool:1")]
    [InlineData("a=int")]
    public void What_is_no_override_is_refused(string text) => Assert.Throws<FormatException>(() => MetadataOverride.Parse(text));

    [Fact]
    public void Text_longer_than_127_bytes_is_refused()
    {
        Assert.Equal(127, MetadataOverride.Parse("a=str:" + new string('x', 127)).ToGgufValue().AsString()!.Length);
        Assert.Throws<FormatException>(() => MetadataOverride.Parse("a=str:" + new string('x', 128)));
        Assert.Throws<FormatException>(() => MetadataOverride.Parse(new string('k', 128) + "=int:1"));
    }
}
