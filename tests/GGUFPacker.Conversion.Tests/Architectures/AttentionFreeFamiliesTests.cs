using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Tests.Conversions;

namespace GGUFPacker.Conversion.Tests.Architectures;

/// <summary>Falcon-H1, RWKV and PLaMo, of which there are no goldens: what llama.cpp's converter says about their tensors.</summary>
public sealed class AttentionFreeFamiliesTests : IDisposable
{
    private readonly TinyCheckpoint _checkpoint = new();

    [Fact]
    public void Falcon_h1_has_its_multipliers_in_its_weights()
    {
        Architecture("FalconH1ForCausalLM", "falcon_h1");
        foreach (var (key, value) in ((string, double)[])
            [
                ("attention_in_multiplier", 0.3), ("attention_out_multiplier", 0.7), ("ssm_in_multiplier", 1.1), ("ssm_out_multiplier", 0.9),
                ("key_multiplier", 0.6), ("lm_head_multiplier", 0.2), ("embedding_multiplier", 5.1), ("rope_theta", 1e11), ("rms_norm_eps", 1e-5),
            ])
        {
            _checkpoint.With(key, value);
        }

        _checkpoint
            .With("mlp_multipliers", new JsonArray(0.8, 0.4)).With("ssm_multipliers", new JsonArray(1.5, 2.5, 3.5, 4.5, 5.5))
            .With("mamba_d_ssm", 2).With("mamba_n_groups", 1).With("mamba_d_state", 1).With("mamba_d_head", 2).With("mamba_d_conv", 4)
            .With("intermediate_size", 8).With("num_key_value_heads", 1).With("head_dim", 2).With("max_position_embeddings", 77)
            .WithFile(
                "model.safetensors",
                ("model.layers.0.mamba.A_log", "F32", [1]),
                ("model.layers.0.mamba.conv1d.weight", "F32", [4, 1, 4]),
                ("model.layers.0.mamba.in_proj.weight", "F32", [7, 4]),
                ("model.layers.0.mamba.norm.weight", "F32", [2]),
                ("model.layers.0.self_attn.k_proj.weight", "F32", [2, 4]));

        using var model = _checkpoint.Open(OutType.F32);

        Assert.Equal(
            "blk.0.ssm_a [1, 1], blk.0.ssm_conv1d.weight [4, 4], blk.0.ssm_in.weight [4, 7], blk.0.ssm_norm.weight [2, 1], blk.0.attn_k.weight [4, 2]", Names(model));
        Assert.Equal(77, model.Metadata.GetInteger("falcon-h1.context_length"));

        double[] parts = [1.5, 1.5, 2.5, 2.5, 3.5, 4.5, 5.5];
        Assert.Equal(Enumerable.Range(0, 28).Select(i => Source(17 + i) * (float)1.1 * (float)parts[i / 4]), Numbers(model, 2));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => Source(47 + i) * (float)0.6 * (float)0.3), Numbers(model, 4));
    }

    [Fact]
    public void Rwkv_7_joins_what_mixes_and_gives_the_first_layer_values()
    {
        Architecture("RWKV7ForCausalLM", "rwkv7");
        _checkpoint.Folder.Write("rwkv_vocab_v20230424.txt", Encoding.UTF8.GetBytes("1 '\\x00' 1\n2 'a' 1\n"));
        _checkpoint
            .With("head_dim", 2).With("norm_eps", 1e-5).With("intermediate_size", null).With("decay_low_rank_dim", null).With("a_low_rank_dim", 64)
            .With("v_low_rank_dim", null).With("gate_low_rank_dim", null).With("num_hidden_layers", 2).With("hidden_size", 2048)
            .WithFile(
                "model.safetensors",
                ("model.layers.0.attn.a_lora.lora.0.weight", "F32", [2, 4]),
                ("model.layers.0.attn.a_lora.lora.2.bias", "F32", [4]),
                ("model.layers.0.attn.r_k", "F32", [2, 2]),
                ("model.layers.0.attn.v_lora.lora.2.bias", "F32", [4]),
                ("model.layers.0.attn.x_a", "F32", [1, 1, 4]),
                ("model.layers.0.attn.x_g", "F32", [1, 1, 4]),
                ("model.layers.0.attn.x_k", "F32", [1, 1, 4]),
                ("model.layers.0.attn.x_r", "F32", [1, 1, 4]),
                ("model.layers.0.attn.x_v", "F32", [1, 1, 4]),
                ("model.layers.0.attn.x_w", "F32", [1, 1, 4]),
                ("model.layers.1.attn.a_lora.lora.2.bias", "F32", [4]),
                ("model.layers.1.attn.v_lora.lora.2.bias", "F32", [4]));

        using var model = _checkpoint.Open(OutType.F32);

        Assert.Equal(
            "blk.0.time_mix_v1.weight [4, 2], blk.0.time_mix_a1.weight [4, 2], blk.0.time_mix_v0.weight [4], blk.0.time_mix_a0.weight [4],"
            + " blk.0.time_mix_r_k.weight [4], blk.0.time_mix_lerp_fused.weight [4, 1, 1, 6], blk.1.time_mix_a0.weight [4], blk.1.time_mix_v0.weight [4]",
            Names(model));

        // The ranks of a model of 2,048: max(1, round(sqrt(2048) * 1.8 / 32)) * 32 and so on.
        Assert.Equal(96, model.Metadata.GetInteger("rwkv7.attention.decay_lora_rank"));
        Assert.Equal(64, model.Metadata.GetInteger("rwkv7.attention.iclr_lora_rank"));
        Assert.Equal(64, model.Metadata.GetInteger("rwkv7.attention.value_residual_mix_lora_rank"));
        Assert.Equal(256, model.Metadata.GetInteger("rwkv7.attention.gate_lora_rank"));
        Assert.Equal(8192, model.Metadata.GetInteger("rwkv7.feed_forward_length"));
    }

    public void Dispose() => _checkpoint.Dispose();

    private static string Names(ConvertedModel model) => string.Join(", ", model.Tensors.Select(tensor => $"{tensor.Name} [{string.Join(", ", tensor.Shape)}]"));

    private static float[] Numbers(ConvertedModel model, int tensor)
    {
        var bytes = new byte[model.Tensors[tensor].ByteLength];
        model.ReadRows(tensor, 0, bytes);
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    /// <summary>A number of the file: its bytes count up.</summary>
    private static float Source(int index) => BitConverter.ToSingle([(byte)(4 * index), (byte)((4 * index) + 1), (byte)((4 * index) + 2), (byte)((4 * index) + 3)]);

    private void Architecture(string name, string modelType) => _checkpoint.With("architectures", new JsonArray(name)).With("model_type", modelType);
}
