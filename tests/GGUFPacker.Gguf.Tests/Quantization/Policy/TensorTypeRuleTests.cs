using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Tests.Quantization.Policy;

public sealed class TensorTypeRuleTests
{
    [Fact]
    public void A_rule_matches_anywhere_in_a_name()
    {
        var rule = TensorTypeRule.Parse(@"BLK\.[0-3]\.ffn_(up|gate)=Q8_0");
        Assert.Equal((@"blk\.[0-3]\.ffn_(up|gate)", TensorType.Q8_0), (rule.Pattern, rule.Type));
        Assert.True(rule.Matches("blk.2.ffn_gate.weight"));
        Assert.False(rule.Matches("blk.4.ffn_gate.weight"));
    }

    [Theory]
    [InlineData("attn_v")]
    [InlineData("=q8_0")]
    [InlineData("attn_v=")]
    [InlineData("attn_v=q9_9")]
    [InlineData("attn_(v=q8_0")]
    [InlineData("blk.[[:digit:]]=q8_0")]
    public void What_is_no_rule_is_refused(string text) => Assert.Throws<FormatException>(() => TensorTypeRule.Parse(text));
}
