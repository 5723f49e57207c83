using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>Which tensors a checkpoint gives, of which types, in which order.</summary>
public sealed class ConvertedTensorsTests : IDisposable
{
    private readonly TinyCheckpoint _checkpoint = new();

    [Theory]
    [InlineData(OutType.Q8_0, "token_embd.weight Q8_0, blk.0.ffn_down.weight F16, blk.0.ffn_gate_inp.weight F32, blk.0.attn_v.bias F32, output_norm.weight F32")]
    [InlineData(OutType.TQ2_0, "token_embd.weight F16, blk.0.ffn_down.weight F16, blk.0.ffn_gate_inp.weight F32, blk.0.attn_v.bias F32, output_norm.weight F32")]
    [InlineData(OutType.Auto, "token_embd.weight BF16, blk.0.ffn_down.weight BF16, blk.0.ffn_gate_inp.weight F32, blk.0.attn_v.bias F32, output_norm.weight F32")]
    public void A_tensor_s_type_is_what_its_kind_and_its_rows_allow(OutType outType, string expected)
    {
        _checkpoint.WithFile(
            "model.safetensors",
            ("model.norm.weight", "BF16", [32]),
            ("model.embed_tokens.weight", "BF16", [2, 256]),
            ("model.layers.0.mlp.gate.weight", "BF16", [2, 256]),
            ("model.layers.0.mlp.down_proj.weight", "BF16", [2, 40]),
            ("model.layers.0.self_attn.v_proj.bias", "BF16", [2, 256]));

        using var model = _checkpoint.Open(outType);

        Assert.Equal(expected, string.Join(", ", model.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type}")));
    }

    [Fact]
    public void Auto_takes_the_first_16_bit_matrix_by_name_else_float16()
    {
        _checkpoint.WithFile("model.safetensors", ("model.embed_tokens.weight", "F32", [2, 4]), ("model.norm.weight", "BF16", [4]));
        using var plain = _checkpoint.Open();
        Assert.Equal(OutType.F16, plain.OutType);

        _checkpoint.WithFile("model.safetensors", ("model.embed_tokens.weight", "F32", [2, 4]), ("lm_head.weight", "BF16", [2, 4]), ("model.layers.0.mlp.up_proj.weight", "F16", [2, 4]));
        using var mixed = _checkpoint.Open();
        Assert.Equal(OutType.BF16, mixed.OutType);
    }

    [Fact]
    public void A_name_in_two_files_keeps_its_place_and_takes_the_later_tensor()
    {
        _checkpoint
            .WithFile("model-1.safetensors", ("lm_head.weight", "F16", [1, 4]), ("model.norm.weight", "F32", [4]))
            .WithFile("model-2.safetensors", ("lm_head.weight", "F16", [2, 4]));

        using var model = _checkpoint.Open();

        Assert.Equal(["output.weight", "output_norm.weight"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([4, 2], model.Tensors[0].Shape);
    }

    [Fact]
    public void Tensors_of_other_modalities_and_of_the_rotary_embedding_are_left_out()
    {
        _checkpoint.WithFile(
            "model.safetensors",
            ("vision_tower.patch.weight", "F16", [2, 4]),
            ("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", [2]),
            ("language_model.model.norm.weight", "F16", [4]));

        using var model = _checkpoint.Open();

        Assert.Equal(["output_norm.weight"], model.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void Experts_are_stacked_by_their_numbers_and_must_be_complete()
    {
        _checkpoint.With("architectures", new JsonArray("MixtralForCausalLM")).With("model_type", "mixtral").With("num_local_experts", 11);
        var experts = Enumerable.Range(0, 11).SelectMany(expert => new[] { "w1", "w2", "w3" }.Select(part =>
            ($"model.layers.0.block_sparse_moe.experts.{expert}.{part}.weight", "F16", new long[] { 1, 1 }))).ToArray();

        _checkpoint.WithFile("model.safetensors", experts);
        using (var model = _checkpoint.Open(OutType.F16))
        {
            Assert.Equal(["blk.0.ffn_gate_exps.weight", "blk.0.ffn_down_exps.weight", "blk.0.ffn_up_exps.weight"], model.Tensors.Select(tensor => tensor.Name));
            Assert.Equal([1, 1, 11], model.Tensors[1].Shape);
            var rows = new byte[22];
            model.ReadRows(1, 0, rows);

            // The bytes of a file count up, three tensors of two bytes for each expert; the second is w2.
            Assert.Equal(Enumerable.Range(0, 11).SelectMany(expert => new[] { (byte)((6 * expert) + 2), (byte)((6 * expert) + 3) }), rows);
        }

        _checkpoint.WithFile("model.safetensors", experts[1..]);
        Assert.Contains("experts of layer 0", Assert.Throws<CheckpointException>(() => _checkpoint.Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.q_proj.weight", 6, "'model.layers.0.self_attn.q_proj.weight'")]
    [InlineData("model.layers.1.self_attn.q_proj.weight", 4, "for 1 layers")]
    public void A_tensor_that_does_not_fit_the_configuration_is_named(string name, long rows, string message)
    {
        _checkpoint.WithFile("model.safetensors", (name, "F16", [rows, 4]));

        Assert.Contains(message, Assert.Throws<CheckpointException>(() => _checkpoint.Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hidden_size", -1, "'hidden_size'")]
    [InlineData("hidden_size", 5_000_000_000, "'hidden_size'")]
    [InlineData("vocab_size", -5, "'vocab_size'")]
    [InlineData("num_hidden_layers", -5, "for -5 layers")]
    public void A_hyperparameter_that_cannot_be_is_named(string key, long value, string message)
    {
        _checkpoint.With(key, value).WithFile("model.safetensors", ("model.layers.0.input_layernorm.weight", "F16", [4]));

        Assert.Contains(message, Assert.Throws<CheckpointException>(() => _checkpoint.Open()).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _checkpoint.Dispose();
}
