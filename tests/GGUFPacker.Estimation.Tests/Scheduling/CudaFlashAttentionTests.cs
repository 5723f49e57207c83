using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Scheduling;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Tests.Scheduling;

public class CudaFlashAttentionTests
{
    private const long Cells = 512;
    private const long Tokens = 64;

    [Theory]
    [InlineData(128, 128, 4, true)]
    [InlineData(96, 96, 4, true)]
    [InlineData(48, 48, 4, false)]
    [InlineData(128, 64, 4, false)]
    [InlineData(192, 128, 8, true)]
    [InlineData(192, 128, 4, false)]
    [InlineData(576, 512, 16, true)]
    public void There_are_kernels_for_some_lengths_of_heads(long keys, long values, long queriesPerKey, bool expected) =>
        Assert.Equal(expected, CudaFlashAttention.Supports(Attention(keys, values, queriesPerKey, TensorType.F16)));

    [Fact]
    public void Keys_and_values_of_another_type_get_copies_as_F16()
    {
        var half = Attention(128, 128, 4, TensorType.F16);
        Assert.Equal(half.ByteCount, CudaFlashAttention.AllocationBytes(half));
        var quantized = Attention(128, 128, 4, TensorType.Q8_0);
        Assert.Equal(quantized.ByteCount + (2 * Cells * 128 * sizeof(short)), CudaFlashAttention.AllocationBytes(quantized));
    }

    [Fact]
    public void The_kernel_for_single_tokens_needs_no_copies()
    {
        var attention = Attention(128, 128, 4, TensorType.Q8_0, tokens: 1);
        Assert.Equal(attention.ByteCount, CudaFlashAttention.AllocationBytes(attention));
    }

    [Fact]
    public void Values_that_are_a_part_of_the_keys_are_converted_with_them()
    {
        var g = new GraphBuilder();
        var keys = g.NewTensor(TensorType.Q8_0, 576, Cells);
        var values = g.View4D(keys, new Dimensions(512, Cells, 1, 1), keys.Nb[1], keys.Nb[2], keys.Nb[3], 0);
        var attention = g.FlashAttnExt(g.NewTensor(TensorType.F32, 576, Tokens, 16), keys, values, g.NewTensor(TensorType.F16, Cells, Tokens), null);
        Assert.Equal(attention.ByteCount + (Cells * 576 * sizeof(short)), CudaFlashAttention.AllocationBytes(attention));
    }

    private static GraphTensor Attention(long keyLength, long valueLength, long queriesPerKey, TensorType type, long tokens = Tokens)
    {
        var g = new GraphBuilder();
        return g.FlashAttnExt(
            g.NewTensor(TensorType.F32, keyLength, tokens, queriesPerKey),
            g.NewTensor(type, keyLength, Cells),
            g.NewTensor(type, valueLength, Cells),
            g.NewTensor(TensorType.F16, Cells, tokens),
            null);
    }
}
