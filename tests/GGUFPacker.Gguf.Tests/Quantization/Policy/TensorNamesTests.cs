using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Tests.Quantization.Policy;

public sealed class TensorNamesTests
{
    [Theory]
    [InlineData("blk.0.attn_v.weight", 0)]
    [InlineData("blk.117.x", 117)]
    [InlineData("blk.12", 12)]
    [InlineData("dec.blk.3.attn_v.weight", null)]
    [InlineData("v.blk.3.attn_v.weight", null)]
    [InlineData("blk.x", null)]
    [InlineData("blk.99999999999.x", null)]
    public void The_layer_is_that_of_a_leading_blk(string name, int? layer) => Assert.Equal(layer, TensorNames.LayerOf(name));

    [Fact]
    public void Tensors_are_ordered_by_layer_and_then_by_bytes()
    {
        string[] names = ["blk.10.a", "token_embd.weight", "blk.2.b", "blk.2.a", "output.weight", "dec.blk.1.a", "Zeta", "\uFF5E", "\U0001F600"];
        string[] sorted = ["Zeta", "dec.blk.1.a", "output.weight", "token_embd.weight", "\uFF5E", "\U0001F600", "blk.2.a", "blk.2.b", "blk.10.a"];
        var order = TensorOrder.Of([.. names.Select(name => new TensorInfo(name, TensorType.F32, [1]))]);
        Assert.Equal(sorted, order.Select(index => names[index]));
    }

    [Theory]
    [InlineData("blk.0.attn_v.weight", true)]
    [InlineData("blk.0.attn_norm.weight", false)]
    [InlineData("blk.0.attn_v.bias", false)]
    [InlineData("blk.0.ffn_gate_inp.weight", false)]
    [InlineData("position_embd.weight", false)]
    [InlineData("v.patch_embd.weight", false)]
    [InlineData("ids", false)]
    public void Small_and_sensitive_tensors_are_never_quantized(string name, bool allowed) => Assert.Equal(allowed, TensorNames.AllowsQuantization(name));

    [Theory]
    [InlineData("output.weight", TensorCategory.Output)]
    [InlineData("per_layer_token_embd.weight", TensorCategory.TokenEmbedding)]
    [InlineData("blk.0.attn_qkv.weight", TensorCategory.AttentionQkv)]
    [InlineData("blk.0.attn_output.weight", TensorCategory.AttentionOutput)]
    [InlineData("blk.0.ffn_gate_up_exps.weight", TensorCategory.FfnGate)]
    [InlineData("blk.0.ffn_down_shexp.weight", TensorCategory.FfnDown)]
    [InlineData("cls.output.weight", TensorCategory.Other)]
    internal void The_category_goes_by_parts_of_the_name(string name, TensorCategory category) => Assert.Equal(category, TensorNames.CategoryOf(name));
}
