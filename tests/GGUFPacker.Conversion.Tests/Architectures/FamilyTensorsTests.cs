using System.Text.Json;
using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tests.Tensors;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Architectures;

/// <summary>What families without goldens make of their tensors' names and shapes.</summary>
public sealed class FamilyTensorsTests
{
    private const string Sizes = """
        "num_hidden_layers":2,"hidden_size":8,"num_attention_heads":4,"num_key_value_heads":2,"intermediate_size":6,"vocab_size":3,
        "max_position_embeddings":64,"rms_norm_eps":1e-5,"rope_theta":10000
        """;

    [Theory]
    [InlineData("InternLM2ForCausalLM", "", "model.layers.1.attention.wqkv.weight 16x8", "blk.1.attn_q.weight 8x8, blk.1.attn_k.weight 4x8, blk.1.attn_v.weight 4x8")]
    [InlineData("InternLM2ForCausalLM", "", "output.weight 3x8", "output.weight 3x8")]
    [InlineData("BloomForCausalLM", "\"layer_norm_epsilon\":1e-5", "transformer.h.1.self_attention.query_key_value.bias 24", "blk.1.attn_qkv.bias 24")]
    [InlineData("BloomForCausalLM", "\"layer_norm_epsilon\":1e-5", "h.0.mlp.dense_h_to_4h.weight 32x8", "blk.0.ffn_up.weight 32x8")]
    [InlineData("ChameleonForConditionalGeneration", "", "model.layers.0.self_attn.k_norm.weight 2x4", "blk.0.attn_k_norm.weight 2x4")]
    [InlineData("ChameleonForConditionalGeneration", "", "model.vqmodel.x.weight 2x4", "")]
    [InlineData("NanbeigeForCausalLM", "", "model.layers.0.self_attn.k_proj.weight 4x8", "blk.0.attn_k.weight 4x8")]
    [InlineData("MaincoderForCausalLM", "\"head_dim\":2", "model.layers.0.self_attn.q_norm.weight 2", "blk.0.attn_q_norm.weight 2")]
    [InlineData("Dots1ForCausalLM", Experts, "model.layers.0.mlp.gate.e_score_correction_bias 2", "blk.0.exp_probs_b.bias 2")]
    [InlineData("Dots1ForCausalLM", Experts, "model.layers.0.mlp.shared_experts.up_proj.weight 6x8", "blk.0.ffn_up_shexp.weight 6x8")]
    [InlineData("BailingMoeV2ForCausalLM", Experts, "model.layers.0.mlp.gate.expert_bias 2", "blk.0.exp_probs_b.bias 2")]
    [InlineData("BailingMoeV2ForCausalLM", Experts, "model.layers.2.eh_proj.weight 8x16", "blk.2.nextn.eh_proj.weight 8x16")]
    [InlineData("DeepseekForCausalLM", Experts, "model.layers.0.mlp.shared_experts.down_proj.weight 8x6", "blk.0.ffn_down_shexp.weight 8x6")]
    [InlineData("ApertusForCausalLM", "", "model.layers.0.attention_layernorm.weight 8", "blk.0.attn_norm.weight 8")]
    [InlineData("ApertusForCausalLM", "", "model.layers.0.mlp.act_fn.beta 1", "")]
    [InlineData("FalconH1ForCausalLM", FalconH1, "model.layers.0.mamba.in_proj.weight 34x8", "blk.0.ssm_in.weight 34x8")]
    [InlineData("FalconH1ForCausalLM", FalconH1, "model.layers.0.mamba.norm.weight 12", "blk.0.ssm_norm.weight 1x12")]
    [InlineData("FalconH1ForCausalLM", FalconH1, "model.layers.0.mamba.A_log 3", "blk.0.ssm_a 3x1")]
    [InlineData("FalconH1ForCausalLM", FalconH1, "model.layers.0.mamba.dt_bias 3", "blk.0.ssm_dt.bias 3")]
    [InlineData("FalconH1ForCausalLM", FalconH1, "model.layers.0.feed_forward.down_proj.weight 8x6", "blk.0.ffn_down.weight 8x6")]
    [InlineData("FalconH1ForCausalLM", FalconH1, "model.layers.0.pre_ff_layernorm.weight 8", "blk.0.ffn_norm 8")] // llama.cpp wants this one without suffix
    [InlineData("FalconH1ForCausalLM", FalconH1, "model.final_layernorm.weight 8", "output_norm.weight 8")]
    [InlineData("Rwkv7ForCausalLM", Rwkv7, "model.blocks.1.attention.w1 8x4", "blk.1.time_mix_w1.weight 4x8")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.1.attn.w_lora.lora.0.weight 4x8", "blk.1.time_mix_w1.weight 4x8")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.1.attn.w_lora.lora.2.bias 8", "blk.1.time_mix_w0.weight 8")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.0.attn.a_lora.lora.2.bias 8", "blk.0.time_mix_v0.weight 8, blk.0.time_mix_a0.weight 8")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.0.attn.v_lora.lora.2.bias 8", "")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.1.attn.x_x 6x8", "blk.1.time_mix_lerp_fused.weight 6x1x1x8")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.1.attn.r_k 2x4", "blk.1.time_mix_r_k.weight 8")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.1.attn.g_norm.bias 8", "blk.1.time_mix_ln.bias 8")]
    [InlineData("RWKV7ForCausalLM", Rwkv7, "model.layers.1.ffn.x_k 8", "blk.1.channel_mix_lerp_k.weight 8")]
    [InlineData("XLMRobertaModel", "\"lora_adaptations\":[\"a\"],\"layer_norm_eps\":1e-5", "roberta.encoder.layers.0.mixer.Wqkv.parametrizations.weight.original 24x8", "blk.0.attn_qkv.weight 24x8")]
    [InlineData("XLMRobertaModel", "\"lora_adaptations\":[\"a\"],\"layer_norm_eps\":1e-5", "roberta.encoder.layers.0.mixer.Wqkv.parametrizations.weight.0.lora_A 1x2x8", "")]
    public void A_tensor_becomes_those_of_llama_cpp(string name, string more, string tensor, string expected)
    {
        using var config = JsonDocument.Parse($"{{\"architectures\":[\"{name}\"],{Sizes}{(more.Length > 0 ? "," : "")}{more}}}");
        var values = new ModelConfig(config.RootElement.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value)));
        var files = new CheckpointFiles("model", []);
        using var weights = CheckpointWeights.Open(files);
        var architecture = SupportedArchitectures.Find(name)!.Create(new ArchitectureContext(name, values, files, weights, new ConvertOptions()));
        var (tensorName, shape) = (tensor.Split(' ')[0], tensor.Split(' ')[1].Split('x').Select(long.Parse).ToArray());

        var converted = architecture.Select(tensorName) is { } selected
            ? architecture.Convert(new NamedTensor(selected, ArrayTensor.Counting(shape)), TensorNameMap.FirstNumber(selected)).ToList()
            : [];

        Assert.Equal(expected, string.Join(", ", converted.Select(result => $"{result.Name} {string.Join('x', result.Source.Shape)}")));
        architecture.WriteParameters(new ParameterWriter(new GgufMetadata.Builder(), architecture.Definition.Name, fileType: 1));
    }

    private const string Experts = """
        "n_routed_experts":2,"num_experts":2,"num_experts_per_tok":1,"n_shared_experts":1,"num_shared_experts":1,"moe_intermediate_size":6,
        "first_k_dense_replace":1,"routed_scaling_factor":2.5,"norm_topk_prob":true,"num_nextn_predict_layers":1
        """;

    private const string FalconH1 = """
        "mamba_d_ssm":12,"mamba_n_groups":1,"mamba_d_state":3,"mamba_d_head":4,"mamba_d_conv":4,"head_dim":2,"ssm_in_multiplier":2,"ssm_out_multiplier":1,
        "mlp_multipliers":[1,2],"ssm_multipliers":[1,2,3,4,5],"key_multiplier":2,"attention_in_multiplier":1,"attention_out_multiplier":1,
        "lm_head_multiplier":1,"embedding_multiplier":3
        """;

    private const string Rwkv7 = """
        "head_dim":2,"norm_eps":1e-5,"decay_low_rank_dim":null,"a_low_rank_dim":4,"v_low_rank_dim":4,"gate_low_rank_dim":4
        """;
}
