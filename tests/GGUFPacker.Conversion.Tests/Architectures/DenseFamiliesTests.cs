using System.Text.Json.Nodes;
using GGUFPacker.Conversion.Tests.Conversions;
using GGUFPacker.Conversion.Tests.Tokenizers;

namespace GGUFPacker.Conversion.Tests.Architectures;

/// <summary>Families without goldens: the keys and names that llama.cpp's converter gives them.</summary>
public sealed class DenseFamiliesTests : IDisposable
{
    private readonly TinyCheckpoint _checkpoint = new();

    [Fact]
    public void Nemotron_takes_the_defaults_of_its_class_and_says_that_it_does_not_scale()
    {
        _checkpoint.With("architectures", new JsonArray("NemotronForCausalLM")).With("model_type", "nemotron")
            .WithFile("model.safetensors", ("model.norm.weight", "F32", [4]), ("model.layers.0.mlp.up_proj.weight", "F32", [2, 4]));

        using var model = Open();

        Assert.Equal(["blk.0.ffn_up.weight", "output_norm.weight"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Equal("none", model.Metadata.GetString("nemotron.rope.scaling.type"));
        Assert.Equal(1, model.Metadata.GetInteger("nemotron.rope.dimension_count"));
        Assert.Equal(2, model.Metadata.GetInteger("nemotron.attention.key_length"));
    }

    [Fact]
    public void MiniCpm_computes_its_scales_from_its_sizes()
    {
        _checkpoint.With("architectures", new JsonArray("MiniCPMForCausalLM")).With("model_type", "minicpm")
            .With("scale_emb", 12).With("scale_depth", 1.4).With("dim_model_base", 8).With("num_hidden_layers", 4)
            .WithFile("model.safetensors", ("model.layers.0.self_attn.q_proj.weight", "F32", [4, 4]));

        using var model = Open();

        Assert.Equal(["blk.0.attn_q.weight"], model.Tensors.Select(tensor => tensor.Name));
        Assert.True(model.Metadata["minicpm.residual_scale"]!.TryGet<float>(out var scale));
        Assert.Equal((float)(1.4 / 2), scale);
        Assert.True(model.Metadata["minicpm.logit_scale"]!.TryGet(out scale));
        Assert.Equal(0.5f, scale);
    }

    [Fact]
    public void Phi_moe_stacks_its_experts_and_keeps_phi_3_s_keys()
    {
        _checkpoint.With("architectures", new JsonArray("PhiMoEForCausalLM")).With("model_type", "phimoe").With("num_local_experts", 1)
            .With("original_max_position_embeddings", 4096)
            .WithFile(
                "model.safetensors",
                ("model.layers.0.block_sparse_moe.experts.0.w1.weight", "F32", [2, 4]),
                ("model.layers.0.block_sparse_moe.experts.0.w2.weight", "F32", [4, 2]),
                ("model.layers.0.block_sparse_moe.experts.0.w3.weight", "F32", [2, 4]));

        using var model = Open();

        Assert.Equal(["blk.0.ffn_gate_exps.weight", "blk.0.ffn_down_exps.weight", "blk.0.ffn_up_exps.weight"], model.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(2, model.Metadata.GetInteger("phimoe.expert_used_count"));
        Assert.Equal(0, model.Metadata.GetInteger("phimoe.attention.sliding_window"));
    }

    public void Dispose() => _checkpoint.Dispose();

    private ConvertedModel Open()
    {
        var tokenizer = GoldenCheckpoint.Open("llama2-spm");
        Assert.SkipWhen(tokenizer is null, "The checkpoint llama2-spm is not in this set of goldens.");
        _checkpoint.Folder.Write("tokenizer.model", tokenizer.ReadAllBytes("tokenizer.model", 1 << 22));
        return _checkpoint.With("vocab_size", 1024).Open(OutType.F32);
    }
}
