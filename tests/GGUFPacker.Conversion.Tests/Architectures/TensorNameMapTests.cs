using GGUFPacker.Conversion.Architectures;

namespace GGUFPacker.Conversion.Tests.Architectures;

public sealed class TensorNameMapTests
{
    private static readonly TensorNameMap Map = new([TensorKinds.TokenEmbd, TensorKinds.AttnQ, TensorKinds.FfnGateExps], blockCount: 12);

    [Theory]
    [InlineData("model.embed_tokens.weight", "token_embd.weight")]
    [InlineData("model.embed_tokens", "token_embd")]
    [InlineData("token_embd.weight", "token_embd.weight")]
    [InlineData("model.layers.0.self_attn.q_proj.bias", "blk.0.attn_q.bias")]
    [InlineData("model.layers.11.self_attn.q_proj.weight", "blk.11.attn_q.weight")]
    [InlineData("blk.3.attn_q.weight", "blk.3.attn_q.weight")]
    [InlineData("model.layers.12.self_attn.q_proj.weight", null)]
    [InlineData("model.layers.01.self_attn.q_proj.weight", null)]
    [InlineData("model.layers.{bid}.self_attn.q_proj.weight", null)]
    [InlineData("model.layers.99999999999999999999.self_attn.q_proj.weight", null)]
    [InlineData("model.layers.0.self_attn.q_proj.scale", null)]
    [InlineData("model.layers.0.self_attn.k_proj.weight", null)]
    [InlineData("", null)]
    [InlineData(".weight", null)]
    public void A_name_is_found_with_its_layer_and_suffix(string name, string? expected) => Assert.Equal(expected, Map.Find(name)?.Name);

    [Fact]
    public void Every_kind_s_gguf_name_begins_as_its_layers_ask()
    {
        var kinds = typeof(TensorKinds).GetFields().Select(field => (TensorKind)field.GetValue(null)!).ToList();

        Assert.NotEmpty(kinds);
        Assert.Equal(["blk.{bid}.ffn_norm", "blk.{bid}.attn_kv_a_norm"], kinds.GroupBy(kind => kind.Name).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.All(kinds, kind => Assert.Equal(kind.Name.Contains(TensorKind.BlockPlaceholder, StringComparison.Ordinal), kind.Name.Contains("blk.{bid}.", StringComparison.Ordinal)));
        Assert.All(kinds, kind => Assert.Equal(kind.CheckpointNames.Length, kind.CheckpointNames.Distinct().Count()));
    }
}
