using System.Text.Json;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Policy;

public sealed class QuantizeTypeTests
{
    [Theory]
    [InlineData("q4_k_m", "Q4_K_M", GgufFileType.Q4_K_M)]
    [InlineData("Q4_K", "Q4_K", GgufFileType.Q4_K_M)]
    [InlineData("15", "Q4_K", GgufFileType.Q4_K_M)]
    [InlineData("7", "Q8_0", GgufFileType.Q8_0)]
    [InlineData("0", "F32", GgufFileType.F32)]
    [InlineData("mxfp4_moe", "MXFP4_MOE", GgufFileType.MXFP4_MOE)]
    public void A_type_is_found_by_name_alias_and_number(string text, string name, GgufFileType fileType)
    {
        var type = QuantizeType.Parse(text);
        Assert.Equal((name, fileType, false), (type.Name, type.FileType, type.IsCopy));
    }

    [Fact]
    public void Copy_is_a_type_of_its_own()
    {
        Assert.True(QuantizeType.Parse("copy").IsCopy);
        Assert.Same(QuantizeType.Copy, QuantizeType.Parse("COPY"));
    }

    [Theory]
    [InlineData("Q4_0_4_4")]
    [InlineData("q4_0_4_8")]
    [InlineData("Q4_0_8_8")]
    [InlineData("33")]
    public void A_removed_type_names_the_one_to_use(string text)
    {
        var error = Assert.Throws<FormatException>(() => QuantizeType.Parse(text));
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Contains("use Q4_0; llama.cpp repacks", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IQ4_NL_4_4", "use IQ4_NL;")]
    [InlineData("q4_2", "use Q4_K_S;")]
    [InlineData("Q4_3", "use Q4_K_M;")]
    [InlineData("4", "use Q4_1;")]
    public void Older_removed_types_do_too(string text, string advice) =>
        Assert.Contains(advice, Assert.Throws<FormatException>(() => QuantizeType.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Q9")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("NVFP4")]
    [InlineData("1024")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => QuantizeType.Parse(text));

    [Fact]
    public void Every_type_has_a_default_tensor_type_and_is_found_by_its_name()
    {
        foreach (var type in QuantizeType.All)
        {
            Assert.NotNull(type.FileType.DefaultTensorType);
            Assert.Same(type, QuantizeType.Parse(type.Name));
        }
    }

    [Fact]
    public void Numbers_that_the_reference_refuses_are_no_types()
    {
        var path = Goldens.Path("quant", "files", "api.json");
        Assert.SkipUnless(File.Exists(path), "No reference data.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var item in document.RootElement.GetProperty("invalid_file_types").EnumerateArray())
        {
            Assert.False(QuantizeType.TryParse(item.GetProperty("ftype").GetRawText(), out _));
        }
    }
}
