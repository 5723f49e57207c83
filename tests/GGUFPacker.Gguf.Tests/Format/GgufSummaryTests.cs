using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

public sealed class GgufSummaryTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(512, "512 ")]
    [InlineData(22_688, "22.69 K")]
    [InlineData(1_000_000, "1 M")]
    [InlineData(7_248_023_552, "7.25 B")]
    [InlineData(671_026_419_200, "671.03 B")]
    [InlineData(1_200_000_000_000_000, "1.20 Q")]
    public void Parameters_have_a_unit(long parameters, string expected) => Assert.Equal(expected, GgufUnits.FormatParameters(parameters));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1 KB")]
    [InlineData(1024, "1 KiB")]
    [InlineData(28_064, "27.41 KiB")]
    [InlineData(4_368_438_944, "4.07 GiB")]
    public void Bytes_have_a_unit(long bytes, string expected) => Assert.Equal(expected, GgufUnits.FormatBytes(bytes));

    [Theory]
    [InlineData(0, "0 bpw")]
    [InlineData(8.125, "8.12 bpw")] // a tie, to even
    [InlineData(8.375, "8.38 bpw")]
    [InlineData(2.675, "2.67 bpw")] // a little less than a tie
    [InlineData(4.835, "4.83 bpw")]
    [InlineData(0.004, "0.00 bpw")]
    [InlineData(16, "16.00 bpw")]
    [InlineData(99.999, "100.00 bpw")]
    public void Bits_per_weight_have_two_decimals(double bits, string expected) => Assert.Equal(expected, GgufUnits.FormatBitsPerWeight(bits));

    [Theory]
    [InlineData(0L, 0, "F32")]
    [InlineData(7L, 7, "Q8_0")]
    [InlineData(15L, 15, "Q4_K_M")]
    [InlineData(18L, 18, "Q6_K")]
    [InlineData(32L, 24, "BF16")]
    [InlineData(1024L, 24, "BF16")]
    [InlineData(-1L, 24, "BF16")]
    [InlineData(4L, 4, "Q4_1_F16")]
    [InlineData(null, 24, "BF16")]
    public void A_file_type_is_declared_or_guessed_from_the_blocks(long? declared, int number, string name)
    {
        TensorInfo[] tensors =
        [
            new("blk.0.attn_q.weight", TensorType.BF16, [1]), new("blk.0.attn_k.weight", TensorType.BF16, [1]),
            new("blk.0.attn_norm.weight", TensorType.F32, [1]),
            new("output_norm.weight", TensorType.F32, [1]), new("rope_freqs.weight", TensorType.F32, [1]),
        ];
        Assert.Equal(new GgufFileTypeLabel(number, name), GgufFileTypeLabel.Of(declared, tensors));
    }

    [Fact]
    public void A_file_without_blocks_has_no_known_type() =>
        Assert.Equal(new GgufFileTypeLabel(30, "Unknown"), GgufFileTypeLabel.Of(null, [new TensorInfo("direction.1", TensorType.F32, [32])]));

    [Fact]
    public void The_goldens_are_summarized()
    {
        using var model = GgufFile.Open(Goldens.InRepository("packer", "gguf", "tiny-llama.F16.gguf"));
        using var vector = GgufFile.Open(Goldens.InRepository("packer", "gguf", "tiny-cvec.gguf"));
        using var projector = GgufFile.Open(Goldens.InRepository("packer", "gguf", "tiny-mmproj.F16.gguf"));

        var summary = GgufSummary.Of(model);
        Assert.Equal(("model", "llama", "Tiny Llama", "Golden Maker", "apache-2.0"),
            (summary.Type, summary.Architecture, summary.Name, summary.Author, summary.License));
        Assert.Equal((22_688, 49_472, 45_696), (summary.Parameters, summary.Bytes, summary.ModelBytes));
        Assert.Equal(16.11283497884344, summary.BitsPerWeight);
        Assert.Equal(("adapter", "llama", 30), (GgufSummary.Of(vector).Type, GgufSummary.Of(vector).Architecture, GgufSummary.Of(vector).FileType.Number));
        Assert.Equal(("projector", "clip"), (GgufSummary.Of(projector).Type, GgufSummary.Of(projector).Architecture));
    }
}
