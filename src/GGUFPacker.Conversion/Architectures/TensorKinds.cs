namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// The kinds of tensors of text models with the names that checkpoints have for them, after gguf-py's tensor mapping (llama.cpp v0.5.0): in the mapping's
/// order, since a name that two kinds of an architecture have belongs to the later one.
/// </summary>
internal static class TensorKinds
{
    /// <summary>The model's token embedding (TOKEN_EMBD).</summary>
    public static readonly TensorKind TokenEmbd = new("token_embd", """
        gpt_neox.embed_in transformer.wte transformer.word_embeddings word_embeddings model.embed_tokens embed_tokens tok_embeddings
        embeddings.word_embeddings embeddings.tok_embeddings wte transformer.embd.wte model.tok_embeddings model.embedding backbone.embedding
        backbone.embeddings transformer.in_out_embed embedding.word_embeddings transformer.token_embeddings shared rwkv.embeddings
        model.embeddings model.word_embeddings encoder model.transformer.wte model.embed
        """) { IsNeverTernary = true };

    /// <summary>The model's masked embedding centroids (MASKED_EMBD_CENTROIDS).</summary>
    public static readonly TensorKind MaskedEmbdCentroids = new("masked_embd_centroids", """
        masked_embedding.centroids
        """);

    /// <summary>The model's masked embedding ordering (MASKED_EMBD_ORDERING).</summary>
    public static readonly TensorKind MaskedEmbdOrdering = new("masked_embd_ordering", """
        masked_embedding.token_ordering
        """);

    /// <summary>The model's token types (TOKEN_TYPES).</summary>
    public static readonly TensorKind TokenTypes = new("token_types", """
        embeddings.token_type_embeddings
        """) { IsAlwaysFloat32 = true };

    /// <summary>The model's token embedding norm (TOKEN_EMBD_NORM).</summary>
    public static readonly TensorKind TokenEmbdNorm = new("token_embd_norm", """
        word_embeddings_layernorm embeddings.LayerNorm embeddings.norm emb_ln transformer.norm rwkv.blocks.0.pre_ln model.pre_ln
        model.layers.0.pre_norm backbone.norm model.embedding_norm
        """);

    /// <summary>The model's position embedding (POS_EMBD).</summary>
    public static readonly TensorKind PositionEmbd = new("position_embd", """
        transformer.wpe embeddings.position_embeddings wpe model.embed_positions
        """) { IsAlwaysFloat32 = true };

    /// <summary>The model's output (OUTPUT).</summary>
    public static readonly TensorKind Output = new("output", """
        embed_out lm_head output word_embeddings_for_head lm_head.linear output_layer head head.out model.lm_head model.transformer.ff_out
        head.decoder
        """) { IsNeverTernary = true };

    /// <summary>The model's dense 2 (DENSE_2_OUT).</summary>
    public static readonly TensorKind Dense2 = new("dense_2", """
        dense_2_out
        """);

    /// <summary>The model's dense 3 (DENSE_3_OUT).</summary>
    public static readonly TensorKind Dense3 = new("dense_3", """
        dense_3_out
        """);

    /// <summary>The model's output norm (OUTPUT_NORM).</summary>
    public static readonly TensorKind OutputNorm = new("output_norm", """
        gpt_neox.final_layer_norm transformer.ln_f model.norm norm transformer.norm_f ln_f model.final_layernorm lm_head.ln model.norm_f
        backbone.norm_f transformer.rms_norm encoder.final_layernorm transformer.norm rwkv.ln_out model.ln_out backbone.final_layer_norm
        model.transformer.ln_f final_norm
        """);

    /// <summary>The model's rope frequencies (ROPE_FREQS).</summary>
    public static readonly TensorKind RopeFreqs = new("rope_freqs", """
        rope.freqs rotary_pos_emb.inv_freq encoder.layers.{bid}.self_attention.rotary_emb.inv_freq
        """);

    /// <summary>The model's rope factors long (ROPE_FACTORS_LONG).</summary>
    public static readonly TensorKind RopeFactorsLong = new("rope_factors_long", "");

    /// <summary>The model's rope factors short (ROPE_FACTORS_SHORT).</summary>
    public static readonly TensorKind RopeFactorsShort = new("rope_factors_short", "");

    /// <summary>A layer's attention norm (ATTN_NORM).</summary>
    public static readonly TensorKind AttnNorm = new("blk.{bid}.attn_norm", """
        gpt_neox.layers.{bid}.input_layernorm transformer.h.{bid}.ln_1 transformer.blocks.{bid}.norm_1 transformer.h.{bid}.input_layernorm
        h.{bid}.input_layernorm transformer.h.{bid}.ln_mlp model.layers.{bid}.input_layernorm layers.{bid}.attention_norm model.layers.{bid}.ln1
        h.{bid}.ln_1 transformer.h.{bid}.ln model.layers.layers.{bid}.norm model.layers.layers.{bid}.pre_mixer_norm
        model.layers.{bid}.attention_norm model.layers.{bid}.norm backbone.layers.{bid}.norm transformer.decoder_layer.{bid}.rms_norm
        model.layers.{bid}.pre_attn_norm transformer.blocks.{bid}.norm_attn_norm.norm_1 encoder.layers.{bid}.input_layernorm
        transformer.layers.{bid}.attn_norm rwkv.blocks.{bid}.ln1 layers.{bid}.input_layernorm transformer_encoder.{bid}.attention_norm
        layers.{bid}.attn_norm model.layers.{bid}.operator_norm model.transformer.blocks.{bid}.attn_norm model.layers.{bid}.attention_layernorm
        model.layers.{bid}.pre_attention_layernorm
        """);

    /// <summary>A layer's attention norm 2 (ATTN_NORM_2).</summary>
    public static readonly TensorKind AttnNorm2 = new("blk.{bid}.attn_norm_2", """
        transformer.h.{bid}.ln_attn encoder.layer.{bid}.layer_norm_1 rwkv.blocks.{bid}.ln2 model.layers.{bid}.ln2
        model.layers.{bid}.post_attention_layernorm model.layers.{bid}.self_attn.norm
        """);

    /// <summary>A layer's attention query, key and value (ATTN_QKV).</summary>
    public static readonly TensorKind AttnQkv = new("blk.{bid}.attn_qkv", """
        gpt_neox.layers.{bid}.attention.query_key_value transformer.h.{bid}.attn.c_attn transformer.blocks.{bid}.attn.Wqkv
        transformer.blocks.{bid}.norm_attn_norm.attn.Wqkv transformer.h.{bid}.self_attention.query_key_value
        h.{bid}.self_attention.query_key_value model.layers.{bid}.self_attn.query_key_value model.layers.{bid}.attention.query_key_value
        h.{bid}.attn.c_attn transformer.h.{bid}.mixer.Wqkv encoder.layers.{bid}.attn.Wqkv encoder.layers.{bid}.mixer.Wqkv
        model.layers.{bid}.self_attn.qkv_proj model.layers.layers.{bid}.mixer.qkv_proj encoder.layers.{bid}.self_attention.query_key_value
        transformer.layers.{bid}.attn.qkv_proj transformer_encoder.{bid}.qkv layers.{bid}.attn.Wqkv
        model.layers.{bid}.self_attn.language_expert_query_key_value model.layers.{bid}.linear_attn.in_proj_qkv
        """);

    /// <summary>A layer's attention query (ATTN_Q).</summary>
    public static readonly TensorKind AttnQ = new("blk.{bid}.attn_q", """
        model.layers.{bid}.self_attn.q_proj model.layers.{bid}.attention.q_proj layers.{bid}.self_attn.q_proj
        model.layers.{bid}.self_attn.q_proj_no_perm layers.{bid}.attention.wq encoder.layer.{bid}.attention.self.query
        transformer.layer.{bid}.attention.q_lin transformer.h.{bid}.attn.q_proj model.layers.layers.{bid}.self_attn.q_proj
        model.layers.{bid}.attention.wq transformer.decoder_layer.{bid}.multi_head_attention.query transformer.h.{bid}.attn.attention.q_proj
        model.transformer.blocks.{bid}.q_proj backbone.layers.{bid}.mixer.q_proj model.blocks.{bid}.attn.attn_query
        """);

    /// <summary>A layer's attention key (ATTN_K).</summary>
    public static readonly TensorKind AttnK = new("blk.{bid}.attn_k", """
        model.layers.{bid}.self_attn.k_proj model.layers.{bid}.attention.k_proj layers.{bid}.self_attn.k_proj
        model.layers.{bid}.self_attn.k_proj_no_perm layers.{bid}.attention.wk encoder.layer.{bid}.attention.self.key
        transformer.layer.{bid}.attention.k_lin transformer.h.{bid}.attn.k_proj transformer.h.{bid}.attn.k
        model.layers.layers.{bid}.self_attn.k_proj model.layers.{bid}.attention.wk transformer.decoder_layer.{bid}.multi_head_attention.key
        transformer.h.{bid}.attn.attention.k_proj model.transformer.blocks.{bid}.k_proj backbone.layers.{bid}.mixer.k_proj
        model.blocks.{bid}.attn.attn_key
        """);

    /// <summary>A layer's attention value (ATTN_V).</summary>
    public static readonly TensorKind AttnV = new("blk.{bid}.attn_v", """
        model.layers.{bid}.self_attn.v_proj model.layers.{bid}.attention.v_proj layers.{bid}.self_attn.v_proj layers.{bid}.attention.wv
        encoder.layer.{bid}.attention.self.value transformer.layer.{bid}.attention.v_lin transformer.h.{bid}.attn.v_proj
        transformer.h.{bid}.attn.v model.layers.layers.{bid}.self_attn.v_proj model.layers.{bid}.attention.wv
        transformer.decoder_layer.{bid}.multi_head_attention.value transformer.h.{bid}.attn.attention.v_proj model.transformer.blocks.{bid}.v_proj
        backbone.layers.{bid}.mixer.v_proj model.blocks.{bid}.attn.attn_value
        """);

    /// <summary>A layer's attention output (ATTN_OUT).</summary>
    public static readonly TensorKind AttnOutput = new("blk.{bid}.attn_output", """
        gpt_neox.layers.{bid}.attention.dense transformer.h.{bid}.attn.c_proj transformer.blocks.{bid}.attn.out_proj
        transformer.h.{bid}.self_attention.dense h.{bid}.self_attention.dense model.layers.{bid}.self_attn.o_proj
        model.layers.{bid}.attention.o_proj model.layers.{bid}.attention.dense layers.{bid}.self_attn.o_proj model.layers.{bid}.self_attn.out_proj
        model.layers.{bid}.self_attn.linear_attn layers.{bid}.attention.wo encoder.layer.{bid}.attention.output.dense layers.{bid}.attn.Wo
        transformer.layer.{bid}.attention.out_lin transformer.h.{bid}.attn.out_proj model.layers.{bid}.self_attn.dense h.{bid}.attn.c_proj
        transformer.h.{bid}.mixer.out_proj model.layers.layers.{bid}.self_attn.o_proj model.layers.layers.{bid}.mixer.o_proj
        model.layers.{bid}.attention.wo encoder.layers.{bid}.attn.out_proj encoder.layers.{bid}.mixer.out_proj
        transformer.decoder_layer.{bid}.multi_head_attention.linear transformer.blocks.{bid}.norm_attn_norm.attn.out_proj
        encoder.layers.{bid}.self_attention.dense transformer.layers.{bid}.attn.out_proj transformer.h.{bid}.attn.attention.out_proj
        transformer_encoder.{bid}.wo model.transformer.blocks.{bid}.attn_out backbone.layers.{bid}.mixer.o_proj
        model.layers.{bid}.self_attn.language_expert_dense model.blocks.{bid}.attn.attn_resid
        """);

    /// <summary>A layer's attention output norm (ATTN_OUT_NORM).</summary>
    public static readonly TensorKind AttnOutputNorm = new("blk.{bid}.attn_output_norm", """
        encoder.layer.{bid}.attention.output.LayerNorm transformer.layer.{bid}.sa_layer_norm encoder.layers.{bid}.norm1
        transformer.decoder_layer.{bid}.rms_norm_1 model.layers.{bid}.post_attn_norm transformer.blocks.{bid}.norm_attn_norm.norm_2
        """);

    /// <summary>A layer's post attention norm (ATTN_POST_NORM).</summary>
    public static readonly TensorKind PostAttentionNorm = new("blk.{bid}.post_attention_norm", """
        model.layers.{bid}.post_attention_layernorm layers.{bid}.post_attention_layernorm model.layers.{bid}.post_self_attn_layernorm
        model.layers.layers.{bid}.post_mixer_norm.weight
        """);

    /// <summary>A layer's attention rotary embedding (ATTN_ROT_EMBD).</summary>
    public static readonly TensorKind AttnRotEmbd = new("blk.{bid}.attn_rot_embd", """
        model.layers.{bid}.self_attn.rotary_emb.inv_freq layers.{bid}.attention.inner_attention.rope.freqs
        model.layers.layers.{bid}.self_attn.rotary_emb.inv_freq transformer.h.{bid}.attn.rotary_emb.inv_freq
        """);

    /// <summary>A layer's attention sinks (ATTN_SINKS).</summary>
    public static readonly TensorKind AttnSinks = new("blk.{bid}.attn_sinks", """
        model.layers.{bid}.self_attn.sinks model.layers.{bid}.self_attn.attention_sink_bias model.layers.{bid}.self_attn.learnable_sink_param
        """);

    /// <summary>A layer's attention gate (ATTN_GATE).</summary>
    public static readonly TensorKind AttnGate = new("blk.{bid}.attn_gate", """
        model.layers.{bid}.self_attn.gate_proj model.layers.{bid}.linear_attn.in_proj_z model.layers.{bid}.self_attn.g_proj
        model.layers.{bid}.self_attn.output_gate model.layers.{bid}.self_attn.linear_gate
        """);

    /// <summary>A layer's feed-forward norm (FFN_NORM).</summary>
    public static readonly TensorKind FfnNorm = new("blk.{bid}.ffn_norm", """
        gpt_neox.layers.{bid}.post_attention_layernorm transformer.h.{bid}.ln_2 h.{bid}.post_attention_layernorm transformer.blocks.{bid}.norm_2
        model.layers.{bid}.post_attention_layernorm layers.{bid}.ffn_norm model.layers.{bid}.ln2 h.{bid}.ln_2 model.layers.{bid}.ffn_norm
        transformer.decoder_layer.{bid}.rms_norm_2 model.layers.{bid}.pre_moe_norm encoder.layers.{bid}.post_attention_layernorm
        transformer.layers.{bid}.ffn_norm model.layers.{bid}.pre_ff_layernorm model.layers.{bid}.pre_moe_layernorm
        transformer_encoder.{bid}.ffn_norm model.layers.layers.{bid}.pre_mlp_norm model.transformer.blocks.{bid}.ff_norm
        layers.{bid}.post_attention_layernorm model.layers.{bid}.feedforward_layernorm model.layers.{bid}.pre_mlp_layernorm layers.{bid}.mlp_norm
        """);

    /// <summary>A layer's feed-forward norm (FFN_PRE_NORM).</summary>
    public static readonly TensorKind FfnPreNorm = new("blk.{bid}.ffn_norm", """
        model.layers.{bid}.pre_feedforward_layernorm layers.{bid}.pre_feedforward_layernorm model.layers.{bid}.pre_ff_layernorm.weight
        model.layers.{bid}.pre_mlp_layernorm
        """);

    /// <summary>A layer's pre feed-forward norm 2 (FFN_PRE_NORM_2).</summary>
    public static readonly TensorKind PreFfwNorm2 = new("blk.{bid}.pre_ffw_norm_2", """
        model.layers.{bid}.pre_feedforward_layernorm_2
        """);

    /// <summary>A layer's post feed-forward norm (FFN_POST_NORM).</summary>
    public static readonly TensorKind PostFfwNorm = new("blk.{bid}.post_ffw_norm", """
        model.layers.{bid}.post_feedforward_layernorm layers.{bid}.post_feedforward_layernorm model.layers.{bid}.post_mlp_layernorm
        model.layers.layers.{bid}.post_mlp_norm.weight model.layers.{bid}.feed_forward.up_proj model.layers.{bid}.post_moe_norm
        """);

    /// <summary>A layer's post feed-forward norm 1 (FFN_POST_NORM_1).</summary>
    public static readonly TensorKind PostFfwNorm1 = new("blk.{bid}.post_ffw_norm_1", """
        model.layers.{bid}.post_feedforward_layernorm_1
        """);

    /// <summary>A layer's post feed-forward norm 2 (FFN_POST_NORM_2).</summary>
    public static readonly TensorKind PostFfwNorm2 = new("blk.{bid}.post_ffw_norm_2", """
        model.layers.{bid}.post_feedforward_layernorm_2
        """);

    /// <summary>A layer's feed-forward gate input (FFN_GATE_INP).</summary>
    public static readonly TensorKind FfnGateInp = new("blk.{bid}.ffn_gate_inp", """
        layers.{bid}.feed_forward.gate model.layers.{bid}.block_sparse_moe.gate model.layers.{bid}.mlp.gate transformer.decoder_layer.{bid}.router
        transformer.blocks.{bid}.ffn.router.layer model.layers.{bid}.block_sparse_moe.router.layer model.layers.{bid}.block_sparse_moe.router
        model.layers.{bid}.feed_forward.router encoder.layers.{bid}.mlp.router.layer model.layers.{bid}.mlp.router model.layers.{bid}.mlp.gate.wg
        model.layers.{bid}.block_sparse_moe.primary_router model.layers.{bid}.feed_forward.gate model.layers.{bid}.mlp.router.gate
        layers.{bid}.gate backbone.layers.{bid}.mixer.gate model.layers.{bid}.moe.gate model.layers.{bid}.router.proj
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's feed-forward gate input shared expert (FFN_GATE_INP_SHEXP).</summary>
    public static readonly TensorKind FfnGateInpShexp = new("blk.{bid}.ffn_gate_inp_shexp", """
        model.layers.{bid}.mlp.shared_expert_gate
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's exp probs b (FFN_EXP_PROBS_B).</summary>
    public static readonly TensorKind ExpProbsB = new("blk.{bid}.exp_probs_b", """
        model.layers.{bid}.mlp.gate.e_score_correction model.layers.{bid}.mlp.moe_statics.e_score_correction
        model.layers.{bid}.mlp.gate.expert_bias model.layers.{bid}.mlp.expert_bias model.layers.{bid}.feed_forward.expert_bias
        model.layers.{bid}.block_sparse_moe.e_score_correction backbone.layers.{bid}.mixer.gate.e_score_correction
        model.layers.{bid}.mlp.e_score_correction model.layers.{bid}.block_sparse_moe.gate.e_score_correction model.layers.{bid}.moe.router_bias
        model.layers.{bid}.mlp.experts.e_score_correction
        """);

    /// <summary>A layer's feed-forward up (FFN_UP).</summary>
    public static readonly TensorKind FfnUp = new("blk.{bid}.ffn_up", """
        gpt_neox.layers.{bid}.mlp.dense_h_to_4h transformer.h.{bid}.mlp.c_fc transformer.blocks.{bid}.ffn.up_proj
        transformer.h.{bid}.mlp.dense_h_to_4h h.{bid}.mlp.dense_h_to_4h model.layers.{bid}.mlp.up_proj layers.{bid}.mlp.up_proj
        layers.{bid}.feed_forward.w3 encoder.layer.{bid}.intermediate.dense layers.{bid}.mlp.Wi transformer.layer.{bid}.ffn.lin1
        transformer.h.{bid}.mlp.fc_in transformer.h.{bid}.mlp.linear_3 model.layers.{bid}.mlp.dense_h_to_4h transformer.h.{bid}.mlp.w1
        h.{bid}.mlp.c_fc transformer.h.{bid}.mlp.fc1 model.layers.{bid}.mlp.fc1 model.layers.{bid}.mlp.gate_up_proj
        model.layers.layers.{bid}.mlp.up_proj model.layers.layers.{bid}.mlp.gate_up_proj model.layers.{bid}.feed_forward.w3
        encoder.layers.{bid}.mlp.fc11 encoder.layers.{bid}.mlp.fc1 model.layers.{bid}.mlp.c_fc encoder.layer.{bid}.mlp.gated_layers_v
        encoder.layer.{bid}.mlp.gated_layers encoder.layer.{bid}.mlp.up_gated_layer model.layers.{bid}.residual_mlp.w3
        encoder.layers.{bid}.mlp.dense_h_to_4h transformer.h.{bid}.mlp.c_fc_1 model.layers.{bid}.feed_forward.up_proj
        transformer_encoder.{bid}.ffn.w12 model.layers.{bid}.block_sparse_moe.up model.transformer.blocks.{bid}.up_proj
        backbone.layers.{bid}.mixer.up_proj model.layers.{bid}.mlp.language_mlp.up_proj model.blocks.{bid}.mlp.mlp_linear
        """);

    /// <summary>A layer's feed-forward up experts (FFN_UP_EXP).</summary>
    public static readonly TensorKind FfnUpExps = new("blk.{bid}.ffn_up_exps", """
        layers.{bid}.feed_forward.experts.w3 transformer.decoder_layer.{bid}.moe.linear_v transformer.blocks.{bid}.ffn.experts.mlp.v1
        model.layers.{bid}.mlp.experts.up_proj model.layers.{bid}.block_sparse_moe.experts.w3 model.layers.{bid}.feed_forward.experts.up_proj
        encoder.layers.{bid}.mlp.experts.mlp.w1 model.layers.{bid}.block_sparse_moe.experts.up model.layers.{bid}.moe.up_proj
        """);

    /// <summary>A layer's feed-forward up shared expert (FFN_UP_SHEXP).</summary>
    public static readonly TensorKind FfnUpShexp = new("blk.{bid}.ffn_up_shexp", """
        model.layers.{bid}.mlp.shared_expert.up_proj model.layers.{bid}.mlp.shared_experts.up_proj
        model.layers.{bid}.feed_forward.shared_expert.up_proj model.layers.{bid}.feed_forward.down_proj model.layers.{bid}.mlp.shared_mlp.up_proj
        layers.{bid}.shared_experts.w3 backbone.layers.{bid}.mixer.shared_experts.up_proj
        model.layers.{bid}.block_sparse_moe.shared_experts.up_proj model.layers.{bid}.share_expert.up_proj
        """);

    /// <summary>A layer's feed-forward up chunk experts (FFN_UP_CHEXP).</summary>
    public static readonly TensorKind FfnUpChexps = new("blk.{bid}.ffn_up_chexps", """
        model.layers.{bid}.mlp.chunk_experts.up_proj
        """);

    /// <summary>A layer's feed-forward (FFN_ACT).</summary>
    public static readonly TensorKind Ffn = new("blk.{bid}.ffn", """
        transformer.blocks.{bid}.ffn.act
        """);

    /// <summary>A layer's feed-forward gate (FFN_GATE).</summary>
    public static readonly TensorKind FfnGate = new("blk.{bid}.ffn_gate", """
        model.layers.{bid}.mlp.gate_proj layers.{bid}.mlp.gate_proj layers.{bid}.feed_forward.w1 transformer.h.{bid}.mlp.w2
        transformer.h.{bid}.mlp.c_fc2 model.layers.layers.{bid}.mlp.gate_proj model.layers.{bid}.feed_forward.w1 encoder.layers.{bid}.mlp.fc12
        encoder.layer.{bid}.mlp.gated_layers_w transformer.h.{bid}.mlp.linear_1 model.layers.{bid}.residual_mlp.w1 transformer.h.{bid}.mlp.c_fc_0
        model.layers.{bid}.feed_forward.gate_proj model.transformer.blocks.{bid}.ff_proj model.layers.{bid}.mlp.language_mlp.gate_proj
        model.blocks.{bid}.mlp.mlp_gate
        """);

    /// <summary>A layer's feed-forward gate experts (FFN_GATE_EXP).</summary>
    public static readonly TensorKind FfnGateExps = new("blk.{bid}.ffn_gate_exps", """
        layers.{bid}.feed_forward.experts.w1 transformer.decoder_layer.{bid}.moe.linear transformer.blocks.{bid}.ffn.experts.mlp.w1
        model.layers.{bid}.mlp.experts.gate_proj model.layers.{bid}.block_sparse_moe.experts.w1 model.layers.{bid}.feed_forward.experts.gate_proj
        model.layers.{bid}.block_sparse_moe.experts.gate model.layers.{bid}.moe.gate_proj
        """);

    /// <summary>A layer's feed-forward gate shared expert (FFN_GATE_SHEXP).</summary>
    public static readonly TensorKind FfnGateShexp = new("blk.{bid}.ffn_gate_shexp", """
        model.layers.{bid}.mlp.shared_expert.gate_proj model.layers.{bid}.mlp.shared_experts.gate_proj
        model.layers.{bid}.feed_forward.shared_expert.gate_proj model.layers.{bid}.mlp.shared_mlp.gate_proj layers.{bid}.shared_experts.w1
        model.layers.{bid}.block_sparse_moe.shared_experts.gate_proj model.layers.{bid}.share_expert.gate_proj
        """);

    /// <summary>A layer's feed-forward gate chunk experts (FFN_GATE_CHEXP).</summary>
    public static readonly TensorKind FfnGateChexps = new("blk.{bid}.ffn_gate_chexps", """
        model.layers.{bid}.mlp.chunk_experts.gate_proj
        """);

    /// <summary>A layer's feed-forward gate up experts (FFN_GATE_UP_EXP).</summary>
    public static readonly TensorKind FfnGateUpExps = new("blk.{bid}.ffn_gate_up_exps", """
        model.layers.{bid}.mlp.experts.gate_up_proj model.layers.{bid}.experts.gate_up_proj
        """);

    /// <summary>A layer's feed-forward latent down (MOE_LATENT_DOWN).</summary>
    public static readonly TensorKind FfnLatentDown = new("blk.{bid}.ffn_latent_down", """
        backbone.layers.{bid}.mixer.fc1_latent_proj
        """);

    /// <summary>A layer's feed-forward latent up (MOE_LATENT_UP).</summary>
    public static readonly TensorKind FfnLatentUp = new("blk.{bid}.ffn_latent_up", """
        backbone.layers.{bid}.mixer.fc2_latent_proj
        """);

    /// <summary>A layer's feed-forward down (FFN_DOWN).</summary>
    public static readonly TensorKind FfnDown = new("blk.{bid}.ffn_down", """
        gpt_neox.layers.{bid}.mlp.dense_4h_to_h transformer.h.{bid}.mlp.c_proj transformer.blocks.{bid}.ffn.down_proj
        transformer.h.{bid}.mlp.dense_4h_to_h h.{bid}.mlp.dense_4h_to_h model.layers.{bid}.mlp.down_proj layers.{bid}.mlp.down_proj
        layers.{bid}.feed_forward.w2 encoder.layer.{bid}.output.dense layers.{bid}.mlp.Wo transformer.layer.{bid}.ffn.lin2
        transformer.h.{bid}.mlp.fc_out model.layers.{bid}.mlp.dense_4h_to_h h.{bid}.mlp.c_proj transformer.h.{bid}.mlp.fc2
        model.layers.{bid}.mlp.fc2 model.layers.layers.{bid}.mlp.down_proj model.layers.{bid}.feed_forward.w2 encoder.layers.{bid}.mlp.fc2
        model.layers.{bid}.mlp.c_proj encoder.layer.{bid}.mlp.wo transformer.layers.{bid}.ffn.proj_2 model.layers.{bid}.residual_mlp.w2
        encoder.layer.{bid}.mlp.down_layer encoder.layers.{bid}.mlp.dense_4h_to_h model.layers.h.{bid}.mlp.c_proj
        model.layers.{bid}.feed_forward.down_proj transformer_encoder.{bid}.ffn.w3 model.layers.{bid}.block_sparse_moe.down
        model.transformer.blocks.{bid}.ff_out backbone.layers.{bid}.mixer.down_proj model.layers.{bid}.mlp.language_mlp.down_proj
        model.blocks.{bid}.mlp.mlp_resid
        """);

    /// <summary>A layer's feed-forward down experts (FFN_DOWN_EXP).</summary>
    public static readonly TensorKind FfnDownExps = new("blk.{bid}.ffn_down_exps", """
        layers.{bid}.feed_forward.experts.w2 transformer.decoder_layer.{bid}.moe.linear_1 transformer.blocks.{bid}.ffn.experts.mlp.w2
        model.layers.{bid}.mlp.experts.down_proj model.layers.{bid}.block_sparse_moe.output_linear model.layers.{bid}.block_sparse_moe.experts.w2
        model.layers.{bid}.feed_forward.experts.down_proj encoder.layers.{bid}.mlp.experts.mlp.w2 model.layers.{bid}.block_sparse_moe.experts.down
        model.layers.{bid}.moe.down_proj model.layers.{bid}.experts.down_proj
        """);

    /// <summary>A layer's feed-forward down shared expert (FFN_DOWN_SHEXP).</summary>
    public static readonly TensorKind FfnDownShexp = new("blk.{bid}.ffn_down_shexp", """
        model.layers.{bid}.mlp.shared_expert.down_proj model.layers.{bid}.mlp.shared_experts.down_proj
        model.layers.{bid}.feed_forward.shared_expert.down_proj model.layers.{bid}.shared_mlp.output_linear
        model.layers.{bid}.mlp.shared_mlp.down_proj layers.{bid}.shared_experts.w2 backbone.layers.{bid}.mixer.shared_experts.down_proj
        model.layers.{bid}.block_sparse_moe.shared_experts.down_proj model.layers.{bid}.share_expert.down_proj
        """);

    /// <summary>A layer's feed-forward down chunk experts (FFN_DOWN_CHEXP).</summary>
    public static readonly TensorKind FfnDownChexps = new("blk.{bid}.ffn_down_chexps", """
        model.layers.{bid}.mlp.chunk_experts.down_proj
        """);

    /// <summary>A layer's attention query norm (ATTN_Q_NORM).</summary>
    public static readonly TensorKind AttnQNorm = new("blk.{bid}.attn_q_norm", """
        encoder.layers.{bid}.self_attention.q_layernorm model.layers.{bid}.self_attn.q_layernorm model.layers.{bid}.self_attn.query_layernorm
        model.layers.{bid}.attention.query_layernorm model.layers.{bid}.self_attn.q_norm layers.{bid}.self_attn.q_norm
        transformer.blocks.{bid}.attn.q_ln encoder.layer.{bid}.attention.self.layer_norm_q transformer.layers.{bid}.attn.q_norm
        model.layers.layers.{bid}.mixer.q model.layers.layers.{bid}.mixer.q_norm model.blocks.{bid}.attn.head_gain.head_g
        """);

    /// <summary>A layer's attention key norm (ATTN_K_NORM).</summary>
    public static readonly TensorKind AttnKNorm = new("blk.{bid}.attn_k_norm", """
        encoder.layers.{bid}.self_attention.k_layernorm model.layers.{bid}.self_attn.k_layernorm model.layers.{bid}.self_attn.key_layernorm
        model.layers.{bid}.attention.key_layernorm model.layers.{bid}.self_attn.k_norm layers.{bid}.self_attn.k_norm
        transformer.blocks.{bid}.attn.k_ln encoder.layer.{bid}.attention.self.layer_norm_k transformer.layers.{bid}.attn.k_norm
        model.layers.layers.{bid}.mixer.k model.layers.layers.{bid}.mixer.k_norm model.layers.{bid}.self_attn.k_rope_only_layernorm
        """);

    /// <summary>A layer's layer output norm (LAYER_OUT_NORM).</summary>
    public static readonly TensorKind LayerOutputNorm = new("blk.{bid}.layer_output_norm", """
        encoder.layer.{bid}.output.LayerNorm transformer.layer.{bid}.output_layer_norm encoder.layers.{bid}.norm2
        transformer.decoder_layer.{bid}.rms_norm_3 encoder.layer.{bid}.mlp.layernorm encoder.layer.{bid}.layer_norm_2
        model.layers.{bid}.final_layernorm
        """);

    /// <summary>A layer's layer output scale (LAYER_OUT_SCALE).</summary>
    public static readonly TensorKind LayerOutputScale = new("blk.{bid}.layer_output_scale", """
        model.layers.{bid}.layer_scalar model.blocks.{bid}.embed_skip.a_g
        """);

    /// <summary>The model's per layer token embedding (PER_LAYER_TOKEN_EMBD).</summary>
    public static readonly TensorKind PerLayerTokenEmbd = new("per_layer_token_embd", """
        model.embed_tokens_per_layer
        """) { IsNeverTernary = true };

    /// <summary>The model's per layer model projection (PER_LAYER_MODEL_PROJ).</summary>
    public static readonly TensorKind PerLayerModelProj = new("per_layer_model_proj", """
        model.per_layer_model_projection
        """);

    /// <summary>The model's per layer projection norm (PER_LAYER_PROJ_NORM).</summary>
    public static readonly TensorKind PerLayerProjNorm = new("per_layer_proj_norm", """
        model.per_layer_projection_norm
        """);

    /// <summary>The model's altup projection (ALTUP_PROJ).</summary>
    public static readonly TensorKind AltupProj = new("altup_proj", """
        model.altup_projections
        """);

    /// <summary>The model's altup unembd projection (ALTUP_UNEMBD_PROJ).</summary>
    public static readonly TensorKind AltupUnembdProj = new("altup_unembd_proj", """
        model.altup_unembed_projections
        """);

    /// <summary>A layer's input gate (PER_LAYER_INP_GATE).</summary>
    public static readonly TensorKind InpGate = new("blk.{bid}.inp_gate", """
        model.layers.{bid}.per_layer_input_gate
        """);

    /// <summary>A layer's projection (PER_LAYER_PROJ).</summary>
    public static readonly TensorKind Proj = new("blk.{bid}.proj", """
        model.layers.{bid}.per_layer_projection
        """);

    /// <summary>A layer's post norm (PER_LAYER_POST_NORM).</summary>
    public static readonly TensorKind PostNorm = new("blk.{bid}.post_norm", """
        model.layers.{bid}.post_per_layer_input_norm
        """);

    /// <summary>A layer's altup correct coef (ALTUP_CORRECT_COEF).</summary>
    public static readonly TensorKind AltupCorrectCoef = new("blk.{bid}.altup_correct_coef", """
        model.layers.{bid}.altup.correction_coefs
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's altup correct scale (ALTUP_CORRECT_SCALE).</summary>
    public static readonly TensorKind AltupCorrectScale = new("blk.{bid}.altup_correct_scale", """
        model.layers.{bid}.altup.correct_output_scale
        """);

    /// <summary>A layer's altup predict coef (ALTUP_PREDICT_COEF).</summary>
    public static readonly TensorKind AltupPredictCoef = new("blk.{bid}.altup_predict_coef", """
        model.layers.{bid}.altup.prediction_coefs
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's altup router (ALTUP_ROUTER).</summary>
    public static readonly TensorKind AltupRouter = new("blk.{bid}.altup_router", """
        model.layers.{bid}.altup.modality_router
        """) { IsNeverTernary = true };

    /// <summary>A layer's altup router norm (ALTUP_ROUTER_NORM).</summary>
    public static readonly TensorKind AltupRouterNorm = new("blk.{bid}.altup_router_norm", """
        model.layers.{bid}.altup.router_norm
        """);

    /// <summary>A layer's laurel l (LAUREL_L).</summary>
    public static readonly TensorKind LaurelL = new("blk.{bid}.laurel_l", """
        model.layers.{bid}.laurel.linear_left
        """) { IsNeverTernary = true };

    /// <summary>A layer's laurel r (LAUREL_R).</summary>
    public static readonly TensorKind LaurelR = new("blk.{bid}.laurel_r", """
        model.layers.{bid}.laurel.linear_right
        """) { IsNeverTernary = true };

    /// <summary>A layer's laurel post norm (LAUREL_POST_NORM).</summary>
    public static readonly TensorKind LaurelPostNorm = new("blk.{bid}.laurel_post_norm", """
        model.layers.{bid}.laurel.post_laurel_norm
        """);

    /// <summary>A layer's state space in (SSM_IN).</summary>
    public static readonly TensorKind SsmIn = new("blk.{bid}.ssm_in", """
        model.layers.{bid}.in_proj backbone.layers.{bid}.mixer.in_proj model.layers.{bid}.mamba.in_proj model.layers.layers.{bid}.mixer.in_proj
        model.layers.{bid}.linear_attn.in_proj_qkvz
        """);

    /// <summary>A layer's state space convolution (SSM_CONV1D).</summary>
    public static readonly TensorKind SsmConv1d = new("blk.{bid}.ssm_conv1d", """
        model.layers.{bid}.conv1d backbone.layers.{bid}.mixer.conv1d model.layers.{bid}.mamba.conv1d model.layers.layers.{bid}.mixer.conv1d
        model.layers.{bid}.linear_attn.conv1d
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's state space x (SSM_X).</summary>
    public static readonly TensorKind SsmX = new("blk.{bid}.ssm_x", """
        model.layers.{bid}.x_proj backbone.layers.{bid}.mixer.x_proj model.layers.{bid}.mamba.x_proj model.layers.layers.{bid}.mixer.bcdt_proj
        """);

    /// <summary>A layer's state space dt (SSM_DT).</summary>
    public static readonly TensorKind SsmDt = new("blk.{bid}.ssm_dt", """
        model.layers.{bid}.dt_proj backbone.layers.{bid}.mixer.dt_proj model.layers.{bid}.mamba.dt_proj model.layers.layers.{bid}.mixer.dt_proj
        model.layers.{bid}.linear_attn.dt_proj backbone.layers.{bid}.mixer.dt model.layers.{bid}.self_attn.dt_proj
        model.layers.{bid}.attention.dt_proj
        """);

    /// <summary>A layer's state space dt norm (SSM_DT_NORM).</summary>
    public static readonly TensorKind SsmDtNorm = new("blk.{bid}.ssm_dt_norm", """
        model.layers.layers.{bid}.mixer.dt_norm.weight model.layers.{bid}.mamba.dt_layernorm
        """);

    /// <summary>A layer's state space a (SSM_A).</summary>
    public static readonly TensorKind SsmA = new("blk.{bid}.ssm_a", """
        model.layers.{bid}.A_log backbone.layers.{bid}.mixer.A_log model.layers.{bid}.mamba.A_log model.layers.layers.{bid}.mixer.A_log
        model.layers.{bid}.linear_attn.A_log model.layers.{bid}.self_attn.A_log model.layers.{bid}.attention.A_log
        """);

    /// <summary>A layer's state space b norm (SSM_B_NORM).</summary>
    public static readonly TensorKind SsmBNorm = new("blk.{bid}.ssm_b_norm", """
        model.layers.{bid}.mamba.b_layernorm model.layers.{bid}.mamba.B_layernorm model.layers.layers.{bid}.mixer.B_norm.weight
        """);

    /// <summary>A layer's state space c norm (SSM_C_NORM).</summary>
    public static readonly TensorKind SsmCNorm = new("blk.{bid}.ssm_c_norm", """
        model.layers.{bid}.mamba.c_layernorm model.layers.{bid}.mamba.C_layernorm model.layers.layers.{bid}.mixer.C_norm.weight
        """);

    /// <summary>A layer's state space d (SSM_D).</summary>
    public static readonly TensorKind SsmD = new("blk.{bid}.ssm_d", """
        model.layers.{bid}.D backbone.layers.{bid}.mixer.D model.layers.{bid}.mamba.D model.layers.layers.{bid}.mixer.D
        """);

    /// <summary>A layer's state space norm (SSM_NORM).</summary>
    public static readonly TensorKind SsmNorm = new("blk.{bid}.ssm_norm", """
        model.layers.{bid}.mamba.norm model.layers.{bid}.linear_attn.norm backbone.layers.{bid}.mixer.norm model.layers.{bid}.self_attn.o_norm
        model.layers.{bid}.attention.o_norm
        """);

    /// <summary>A layer's state space out (SSM_OUT).</summary>
    public static readonly TensorKind SsmOut = new("blk.{bid}.ssm_out", """
        model.layers.{bid}.out_proj backbone.layers.{bid}.mixer.out_proj model.layers.{bid}.mamba.out_proj model.layers.{bid}.linear_attn.out_proj
        model.layers.layers.{bid}.mixer.out_proj
        """);

    /// <summary>A layer's state space alpha (SSM_ALPHA).</summary>
    public static readonly TensorKind SsmAlpha = new("blk.{bid}.ssm_alpha", """
        model.layers.{bid}.linear_attn.in_proj_a
        """);

    /// <summary>A layer's state space ba (SSM_BETA_ALPHA).</summary>
    public static readonly TensorKind SsmBa = new("blk.{bid}.ssm_ba", """
        model.layers.{bid}.linear_attn.in_proj_ba
        """);

    /// <summary>A layer's state space convolution query (SSM_CONV1D_Q).</summary>
    public static readonly TensorKind SsmConv1dQ = new("blk.{bid}.ssm_conv1d_q", """
        model.layers.{bid}.self_attn.q_conv1d model.layers.{bid}.attention.q_conv1d
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's state space convolution key (SSM_CONV1D_K).</summary>
    public static readonly TensorKind SsmConv1dK = new("blk.{bid}.ssm_conv1d_k", """
        model.layers.{bid}.self_attn.k_conv1d model.layers.{bid}.attention.k_conv1d
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's state space convolution value (SSM_CONV1D_V).</summary>
    public static readonly TensorKind SsmConv1dV = new("blk.{bid}.ssm_conv1d_v", """
        model.layers.{bid}.self_attn.v_conv1d model.layers.{bid}.attention.v_conv1d
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's state space f a (SSM_F_A).</summary>
    public static readonly TensorKind SsmFA = new("blk.{bid}.ssm_f_a", """
        model.layers.{bid}.self_attn.f_a_proj
        """);

    /// <summary>A layer's state space f b (SSM_F_B).</summary>
    public static readonly TensorKind SsmFB = new("blk.{bid}.ssm_f_b", """
        model.layers.{bid}.self_attn.f_b_proj
        """);

    /// <summary>A layer's state space beta (SSM_BETA).</summary>
    public static readonly TensorKind SsmBeta = new("blk.{bid}.ssm_beta", """
        model.layers.{bid}.linear_attn.in_proj_b model.layers.{bid}.self_attn.b_proj model.layers.{bid}.attention.b_proj
        """);

    /// <summary>A layer's feed-forward routed down (FFN_ROUTED_DOWN).</summary>
    public static readonly TensorKind FfnRoutedDown = new("blk.{bid}.ffn_routed_down", """
        model.layers.{bid}.block_sparse_moe.routed_expert_down_proj
        """);

    /// <summary>A layer's feed-forward routed up (FFN_ROUTED_UP).</summary>
    public static readonly TensorKind FfnRoutedUp = new("blk.{bid}.ffn_routed_up", """
        model.layers.{bid}.block_sparse_moe.routed_expert_up_proj
        """);

    /// <summary>A layer's feed-forward routed norm (FFN_ROUTED_NORM).</summary>
    public static readonly TensorKind FfnRoutedNorm = new("blk.{bid}.ffn_routed_norm", """
        model.layers.{bid}.block_sparse_moe.routed_expert_norm
        """);

    /// <summary>A layer's state space g a (SSM_G_A).</summary>
    public static readonly TensorKind SsmGA = new("blk.{bid}.ssm_g_a", """
        model.layers.{bid}.self_attn.g_a_proj
        """);

    /// <summary>A layer's state space g b (SSM_G_B).</summary>
    public static readonly TensorKind SsmGB = new("blk.{bid}.ssm_g_b", """
        model.layers.{bid}.self_attn.g_b_proj
        """);

    /// <summary>A layer's time mix w0 (TIME_MIX_W0).</summary>
    public static readonly TensorKind TimeMixW0 = new("blk.{bid}.time_mix_w0", """
        model.layers.{bid}.attention.w0
        """);

    /// <summary>A layer's time mix w1 (TIME_MIX_W1).</summary>
    public static readonly TensorKind TimeMixW1 = new("blk.{bid}.time_mix_w1", """
        rwkv.blocks.{bid}.attention.time_maa_w1 model.layers.{bid}.self_attn.time_maa_w1 model.layers.{bid}.attention.w1
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's time mix w2 (TIME_MIX_W2).</summary>
    public static readonly TensorKind TimeMixW2 = new("blk.{bid}.time_mix_w2", """
        rwkv.blocks.{bid}.attention.time_maa_w2 model.layers.{bid}.self_attn.time_maa_w2 model.layers.{bid}.attention.w2
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's time mix a0 (TIME_MIX_A0).</summary>
    public static readonly TensorKind TimeMixA0 = new("blk.{bid}.time_mix_a0", """
        model.layers.{bid}.attention.a0
        """);

    /// <summary>A layer's time mix a1 (TIME_MIX_A1).</summary>
    public static readonly TensorKind TimeMixA1 = new("blk.{bid}.time_mix_a1", """
        model.layers.{bid}.attention.a1
        """);

    /// <summary>A layer's time mix a2 (TIME_MIX_A2).</summary>
    public static readonly TensorKind TimeMixA2 = new("blk.{bid}.time_mix_a2", """
        model.layers.{bid}.attention.a2
        """);

    /// <summary>A layer's time mix v0 (TIME_MIX_V0).</summary>
    public static readonly TensorKind TimeMixV0 = new("blk.{bid}.time_mix_v0", """
        model.layers.{bid}.attention.v0
        """);

    /// <summary>A layer's time mix v1 (TIME_MIX_V1).</summary>
    public static readonly TensorKind TimeMixV1 = new("blk.{bid}.time_mix_v1", """
        model.layers.{bid}.attention.v1
        """);

    /// <summary>A layer's time mix v2 (TIME_MIX_V2).</summary>
    public static readonly TensorKind TimeMixV2 = new("blk.{bid}.time_mix_v2", """
        model.layers.{bid}.attention.v2
        """);

    /// <summary>A layer's time mix g1 (TIME_MIX_G1).</summary>
    public static readonly TensorKind TimeMixG1 = new("blk.{bid}.time_mix_g1", """
        model.layers.{bid}.attention.g1
        """);

    /// <summary>A layer's time mix g2 (TIME_MIX_G2).</summary>
    public static readonly TensorKind TimeMixG2 = new("blk.{bid}.time_mix_g2", """
        model.layers.{bid}.attention.g2
        """);

    /// <summary>A layer's time mix key key (TIME_MIX_K_K).</summary>
    public static readonly TensorKind TimeMixKK = new("blk.{bid}.time_mix_k_k", """
        model.layers.{bid}.attention.k_k
        """);

    /// <summary>A layer's time mix key a (TIME_MIX_K_A).</summary>
    public static readonly TensorKind TimeMixKA = new("blk.{bid}.time_mix_k_a", """
        model.layers.{bid}.attention.k_a
        """);

    /// <summary>A layer's time mix r key (TIME_MIX_R_K).</summary>
    public static readonly TensorKind TimeMixRK = new("blk.{bid}.time_mix_r_k", """
        model.layers.{bid}.attention.r_k
        """);

    /// <summary>A layer's time mix lerp x (TIME_MIX_LERP_X).</summary>
    public static readonly TensorKind TimeMixLerpX = new("blk.{bid}.time_mix_lerp_x", """
        rwkv.blocks.{bid}.attention.time_maa_x model.layers.{bid}.self_attn.time_maa_x
        """);

    /// <summary>A layer's time mix lerp key (TIME_MIX_LERP_K).</summary>
    public static readonly TensorKind TimeMixLerpK = new("blk.{bid}.time_mix_lerp_k", """
        rwkv.blocks.{bid}.attention.time_maa_k model.layers.{bid}.self_attn.time_maa_k
        """);

    /// <summary>A layer's time mix lerp value (TIME_MIX_LERP_V).</summary>
    public static readonly TensorKind TimeMixLerpV = new("blk.{bid}.time_mix_lerp_v", """
        rwkv.blocks.{bid}.attention.time_maa_v model.layers.{bid}.self_attn.time_maa_v
        """);

    /// <summary>A layer's time mix lerp r (TIME_MIX_LERP_R).</summary>
    public static readonly TensorKind TimeMixLerpR = new("blk.{bid}.time_mix_lerp_r", """
        rwkv.blocks.{bid}.attention.time_maa_r model.layers.{bid}.self_attn.time_maa_r
        """);

    /// <summary>A layer's time mix lerp g (TIME_MIX_LERP_G).</summary>
    public static readonly TensorKind TimeMixLerpG = new("blk.{bid}.time_mix_lerp_g", """
        rwkv.blocks.{bid}.attention.time_maa_g model.layers.{bid}.self_attn.time_maa_g
        """);

    /// <summary>A layer's time mix lerp w (TIME_MIX_LERP_W).</summary>
    public static readonly TensorKind TimeMixLerpW = new("blk.{bid}.time_mix_lerp_w", """
        rwkv.blocks.{bid}.attention.time_maa_w model.layers.{bid}.self_attn.time_maa_w
        """);

    /// <summary>A layer's time mix first (TIME_MIX_FIRST).</summary>
    public static readonly TensorKind TimeMixFirst = new("blk.{bid}.time_mix_first", """
        rwkv.blocks.{bid}.attention.time_faaaa
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's time mix decay (TIME_MIX_DECAY).</summary>
    public static readonly TensorKind TimeMixDecay = new("blk.{bid}.time_mix_decay", """
        rwkv.blocks.{bid}.attention.time_decay model.layers.{bid}.self_attn.time_decay
        """);

    /// <summary>A layer's time mix decay w1 (TIME_MIX_DECAY_W1).</summary>
    public static readonly TensorKind TimeMixDecayW1 = new("blk.{bid}.time_mix_decay_w1", """
        rwkv.blocks.{bid}.attention.time_decay_w1 model.layers.{bid}.self_attn.time_decay_w1
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's time mix decay w2 (TIME_MIX_DECAY_W2).</summary>
    public static readonly TensorKind TimeMixDecayW2 = new("blk.{bid}.time_mix_decay_w2", """
        rwkv.blocks.{bid}.attention.time_decay_w2 model.layers.{bid}.self_attn.time_decay_w2
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's time mix key (TIME_MIX_KEY).</summary>
    public static readonly TensorKind TimeMixKey = new("blk.{bid}.time_mix_key", """
        rwkv.blocks.{bid}.attention.key model.layers.{bid}.self_attn.k_proj model.layers.{bid}.attention.key model.layers.{bid}.attention.k_proj
        """);

    /// <summary>A layer's time mix value (TIME_MIX_VALUE).</summary>
    public static readonly TensorKind TimeMixValue = new("blk.{bid}.time_mix_value", """
        rwkv.blocks.{bid}.attention.value model.layers.{bid}.self_attn.v_proj model.layers.{bid}.attention.value
        model.layers.{bid}.attention.v_proj
        """);

    /// <summary>A layer's time mix receptance (TIME_MIX_RECEPTANCE).</summary>
    public static readonly TensorKind TimeMixReceptance = new("blk.{bid}.time_mix_receptance", """
        rwkv.blocks.{bid}.attention.receptance model.layers.{bid}.self_attn.q_proj model.layers.{bid}.attention.receptance
        model.layers.{bid}.attention.r_proj
        """);

    /// <summary>A layer's time mix gate (TIME_MIX_GATE).</summary>
    public static readonly TensorKind TimeMixGate = new("blk.{bid}.time_mix_gate", """
        rwkv.blocks.{bid}.attention.gate model.layers.{bid}.self_attn.gate
        """);

    /// <summary>A layer's time mix ln (TIME_MIX_LN).</summary>
    public static readonly TensorKind TimeMixLn = new("blk.{bid}.time_mix_ln", """
        rwkv.blocks.{bid}.attention.ln_x model.layers.{bid}.attention.ln_x
        """);

    /// <summary>A layer's time mix output (TIME_MIX_OUTPUT).</summary>
    public static readonly TensorKind TimeMixOutput = new("blk.{bid}.time_mix_output", """
        rwkv.blocks.{bid}.attention.output model.layers.{bid}.self_attn.o_proj model.layers.{bid}.attention.output
        model.layers.{bid}.attention.o_proj
        """);

    /// <summary>A layer's channel mix lerp key (CHANNEL_MIX_LERP_K).</summary>
    public static readonly TensorKind ChannelMixLerpK = new("blk.{bid}.channel_mix_lerp_k", """
        rwkv.blocks.{bid}.feed_forward.time_maa_k model.layers.{bid}.feed_forward.x_k
        """);

    /// <summary>A layer's channel mix lerp r (CHANNEL_MIX_LERP_R).</summary>
    public static readonly TensorKind ChannelMixLerpR = new("blk.{bid}.channel_mix_lerp_r", """
        rwkv.blocks.{bid}.feed_forward.time_maa_r
        """);

    /// <summary>A layer's channel mix key (CHANNEL_MIX_KEY).</summary>
    public static readonly TensorKind ChannelMixKey = new("blk.{bid}.channel_mix_key", """
        rwkv.blocks.{bid}.feed_forward.key model.layers.{bid}.feed_forward.key
        """);

    /// <summary>A layer's channel mix receptance (CHANNEL_MIX_RECEPTANCE).</summary>
    public static readonly TensorKind ChannelMixReceptance = new("blk.{bid}.channel_mix_receptance", """
        rwkv.blocks.{bid}.feed_forward.receptance
        """);

    /// <summary>A layer's channel mix value (CHANNEL_MIX_VALUE).</summary>
    public static readonly TensorKind ChannelMixValue = new("blk.{bid}.channel_mix_value", """
        rwkv.blocks.{bid}.feed_forward.value model.layers.{bid}.feed_forward.value
        """);

    /// <summary>A layer's attention query a (ATTN_Q_A).</summary>
    public static readonly TensorKind AttnQA = new("blk.{bid}.attn_q_a", """
        model.layers.{bid}.self_attn.q_a_proj model.layers.{bid}.attention.q_a_proj layers.{bid}.attention.wq_a
        """);

    /// <summary>A layer's attention query b (ATTN_Q_B).</summary>
    public static readonly TensorKind AttnQB = new("blk.{bid}.attn_q_b", """
        model.layers.{bid}.self_attn.q_b_proj model.layers.{bid}.attention.q_b_proj layers.{bid}.attention.wq_b
        """);

    /// <summary>A layer's attention key and value a mqa (ATTN_KV_A_MQA).</summary>
    public static readonly TensorKind AttnKvAMqa = new("blk.{bid}.attn_kv_a_mqa", """
        model.layers.{bid}.self_attn.kv_a_proj_with_mqa model.layers.{bid}.attention.kv_a_proj_with_mqa layers.{bid}.attention.wkv_a_with_mqa
        """);

    /// <summary>A layer's attention key and value b (ATTN_KV_B).</summary>
    public static readonly TensorKind AttnKvB = new("blk.{bid}.attn_kv_b", """
        model.layers.{bid}.self_attn.kv_b_proj model.layers.{bid}.attention.kv_b_proj
        """);

    /// <summary>A layer's attention key b (ATTN_K_B).</summary>
    public static readonly TensorKind AttnKB = new("blk.{bid}.attn_k_b", """
        model.layers.{bid}.self_attn.k_b_proj model.layers.{bid}.attention.k_b_proj layers.{bid}.attention.k_b_proj
        """);

    /// <summary>A layer's attention value b (ATTN_V_B).</summary>
    public static readonly TensorKind AttnVB = new("blk.{bid}.attn_v_b", """
        model.layers.{bid}.self_attn.v_b_proj model.layers.{bid}.attention.v_b_proj layers.{bid}.attention.v_b_proj
        """);

    /// <summary>A layer's attention query a norm (ATTN_Q_A_NORM).</summary>
    public static readonly TensorKind AttnQANorm = new("blk.{bid}.attn_q_a_norm", """
        model.layers.{bid}.self_attn.q_a_layernorm model.layers.{bid}.attention.q_a_layernorm layers.{bid}.attention.q_a_norm
        """);

    /// <summary>A layer's attention key and value a norm (ATTN_KV_A_NORM).</summary>
    public static readonly TensorKind AttnKvANorm = new("blk.{bid}.attn_kv_a_norm", """
        model.layers.{bid}.self_attn.kv_a_layernorm model.layers.{bid}.attention.kv_a_layernorm layers.{bid}.attention.kv_a_norm
        """);

    /// <summary>A layer's attention sub norm (ATTN_SUB_NORM).</summary>
    public static readonly TensorKind AttnSubNorm = new("blk.{bid}.attn_sub_norm", """
        model.layers.{bid}.self_attn.inner_attn_ln
        """);

    /// <summary>A layer's feed-forward sub norm (FFN_SUB_NORM).</summary>
    public static readonly TensorKind FfnSubNorm = new("blk.{bid}.ffn_sub_norm", """
        model.layers.{bid}.mlp.ffn_layernorm
        """);

    /// <summary>A layer's decoder attention norm (DEC_ATTN_NORM).</summary>
    public static readonly TensorKind DecAttnNorm = new("dec.blk.{bid}.attn_norm", """
        decoder.block.{bid}.layer.0.layer_norm
        """);

    /// <summary>A layer's decoder attention query (DEC_ATTN_Q).</summary>
    public static readonly TensorKind DecAttnQ = new("dec.blk.{bid}.attn_q", """
        decoder.block.{bid}.layer.0.SelfAttention.q
        """);

    /// <summary>A layer's decoder attention key (DEC_ATTN_K).</summary>
    public static readonly TensorKind DecAttnK = new("dec.blk.{bid}.attn_k", """
        decoder.block.{bid}.layer.0.SelfAttention.k
        """);

    /// <summary>A layer's decoder attention value (DEC_ATTN_V).</summary>
    public static readonly TensorKind DecAttnV = new("dec.blk.{bid}.attn_v", """
        decoder.block.{bid}.layer.0.SelfAttention.v
        """);

    /// <summary>A layer's decoder attention o (DEC_ATTN_OUT).</summary>
    public static readonly TensorKind DecAttnO = new("dec.blk.{bid}.attn_o", """
        decoder.block.{bid}.layer.0.SelfAttention.o
        """);

    /// <summary>A layer's decoder attention relative b (DEC_ATTN_REL_B).</summary>
    public static readonly TensorKind DecAttnRelB = new("dec.blk.{bid}.attn_rel_b", """
        decoder.block.{bid}.layer.0.SelfAttention.relative_attention_bias
        """);

    /// <summary>A layer's decoder cross attention norm (DEC_CROSS_ATTN_NORM).</summary>
    public static readonly TensorKind DecCrossAttnNorm = new("dec.blk.{bid}.cross_attn_norm", """
        decoder.block.{bid}.layer.1.layer_norm
        """);

    /// <summary>A layer's decoder cross attention query (DEC_CROSS_ATTN_Q).</summary>
    public static readonly TensorKind DecCrossAttnQ = new("dec.blk.{bid}.cross_attn_q", """
        decoder.block.{bid}.layer.1.EncDecAttention.q
        """);

    /// <summary>A layer's decoder cross attention key (DEC_CROSS_ATTN_K).</summary>
    public static readonly TensorKind DecCrossAttnK = new("dec.blk.{bid}.cross_attn_k", """
        decoder.block.{bid}.layer.1.EncDecAttention.k
        """);

    /// <summary>A layer's decoder cross attention value (DEC_CROSS_ATTN_V).</summary>
    public static readonly TensorKind DecCrossAttnV = new("dec.blk.{bid}.cross_attn_v", """
        decoder.block.{bid}.layer.1.EncDecAttention.v
        """);

    /// <summary>A layer's decoder cross attention o (DEC_CROSS_ATTN_OUT).</summary>
    public static readonly TensorKind DecCrossAttnO = new("dec.blk.{bid}.cross_attn_o", """
        decoder.block.{bid}.layer.1.EncDecAttention.o
        """);

    /// <summary>A layer's decoder cross attention relative b (DEC_CROSS_ATTN_REL_B).</summary>
    public static readonly TensorKind DecCrossAttnRelB = new("dec.blk.{bid}.cross_attn_rel_b", """
        decoder.block.{bid}.layer.1.EncDecAttention.relative_attention_bias
        """);

    /// <summary>A layer's decoder feed-forward norm (DEC_FFN_NORM).</summary>
    public static readonly TensorKind DecFfnNorm = new("dec.blk.{bid}.ffn_norm", """
        decoder.block.{bid}.layer.2.layer_norm
        """);

    /// <summary>A layer's decoder feed-forward gate (DEC_FFN_GATE).</summary>
    public static readonly TensorKind DecFfnGate = new("dec.blk.{bid}.ffn_gate", """
        decoder.block.{bid}.layer.2.DenseReluDense.wi_0
        """);

    /// <summary>A layer's decoder feed-forward up (DEC_FFN_UP).</summary>
    public static readonly TensorKind DecFfnUp = new("dec.blk.{bid}.ffn_up", """
        decoder.block.{bid}.layer.2.DenseReluDense.wi decoder.block.{bid}.layer.2.DenseReluDense.wi_1
        """);

    /// <summary>A layer's decoder feed-forward down (DEC_FFN_DOWN).</summary>
    public static readonly TensorKind DecFfnDown = new("dec.blk.{bid}.ffn_down", """
        decoder.block.{bid}.layer.2.DenseReluDense.wo
        """);

    /// <summary>The model's decoder output norm (DEC_OUTPUT_NORM).</summary>
    public static readonly TensorKind DecOutputNorm = new("dec.output_norm", """
        decoder.final_layer_norm
        """);

    /// <summary>A layer's encoder attention norm (ENC_ATTN_NORM).</summary>
    public static readonly TensorKind EncAttnNorm = new("enc.blk.{bid}.attn_norm", """
        encoder.block.{bid}.layer.0.layer_norm
        """);

    /// <summary>A layer's encoder attention query (ENC_ATTN_Q).</summary>
    public static readonly TensorKind EncAttnQ = new("enc.blk.{bid}.attn_q", """
        encoder.block.{bid}.layer.0.SelfAttention.q
        """);

    /// <summary>A layer's encoder attention key (ENC_ATTN_K).</summary>
    public static readonly TensorKind EncAttnK = new("enc.blk.{bid}.attn_k", """
        encoder.block.{bid}.layer.0.SelfAttention.k
        """);

    /// <summary>A layer's encoder attention value (ENC_ATTN_V).</summary>
    public static readonly TensorKind EncAttnV = new("enc.blk.{bid}.attn_v", """
        encoder.block.{bid}.layer.0.SelfAttention.v
        """);

    /// <summary>A layer's encoder attention o (ENC_ATTN_OUT).</summary>
    public static readonly TensorKind EncAttnO = new("enc.blk.{bid}.attn_o", """
        encoder.block.{bid}.layer.0.SelfAttention.o
        """);

    /// <summary>A layer's encoder attention relative b (ENC_ATTN_REL_B).</summary>
    public static readonly TensorKind EncAttnRelB = new("enc.blk.{bid}.attn_rel_b", """
        encoder.block.{bid}.layer.0.SelfAttention.relative_attention_bias
        """);

    /// <summary>A layer's encoder feed-forward norm (ENC_FFN_NORM).</summary>
    public static readonly TensorKind EncFfnNorm = new("enc.blk.{bid}.ffn_norm", """
        encoder.block.{bid}.layer.1.layer_norm
        """);

    /// <summary>A layer's encoder feed-forward gate (ENC_FFN_GATE).</summary>
    public static readonly TensorKind EncFfnGate = new("enc.blk.{bid}.ffn_gate", """
        encoder.block.{bid}.layer.1.DenseReluDense.wi_0
        """);

    /// <summary>A layer's encoder feed-forward up (ENC_FFN_UP).</summary>
    public static readonly TensorKind EncFfnUp = new("enc.blk.{bid}.ffn_up", """
        encoder.block.{bid}.layer.1.DenseReluDense.wi encoder.block.{bid}.layer.1.DenseReluDense.wi_1
        """);

    /// <summary>A layer's encoder feed-forward down (ENC_FFN_DOWN).</summary>
    public static readonly TensorKind EncFfnDown = new("enc.blk.{bid}.ffn_down", """
        encoder.block.{bid}.layer.1.DenseReluDense.wo
        """);

    /// <summary>A layer's vision expert up (VISEXP_UP).</summary>
    public static readonly TensorKind VisexpUp = new("blk.{bid}.vis_up", """
        model.layers.{bid}.mlp.vision_mlp.up_proj
        """);

    /// <summary>A layer's vision expert gate (VISEXP_GATE).</summary>
    public static readonly TensorKind VisexpGate = new("blk.{bid}.vis_gate", """
        model.layers.{bid}.mlp.vision_mlp.gate_proj
        """);

    /// <summary>A layer's vision expert down (VISEXP_DOWN).</summary>
    public static readonly TensorKind VisexpDown = new("blk.{bid}.vis_down", """
        model.layers.{bid}.mlp.vision_mlp.down_proj
        """);

    /// <summary>A layer's vision expert attention output (VISEXP_ATTN_OUT).</summary>
    public static readonly TensorKind VisexpAttnOut = new("blk.{bid}.vis_attn_output", """
        model.layers.{bid}.self_attn.vision_expert_dense
        """);

    /// <summary>A layer's vision expert attention query, key and value (VISEXP_ATTN_QKV).</summary>
    public static readonly TensorKind VisexpAttnQkv = new("blk.{bid}.vis_attn_qkv", """
        model.layers.{bid}.self_attn.vision_expert_query_key_value
        """);

    /// <summary>A layer's indexer key norm (INDEXER_K_NORM).</summary>
    public static readonly TensorKind IndexerKNorm = new("blk.{bid}.indexer.k_norm", """
        model.layers.{bid}.self_attn.indexer.k_norm model.layers.{bid}.self_attn.index_k_norm
        """);

    /// <summary>A layer's indexer projection (INDEXER_PROJ).</summary>
    public static readonly TensorKind IndexerProj = new("blk.{bid}.indexer.proj", """
        model.layers.{bid}.self_attn.indexer.weights_proj
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's indexer attention key (INDEXER_ATTN_K).</summary>
    public static readonly TensorKind IndexerAttnK = new("blk.{bid}.indexer.attn_k", """
        model.layers.{bid}.self_attn.indexer.wk
        """);

    /// <summary>A layer's indexer attention query b (INDEXER_ATTN_Q_B).</summary>
    public static readonly TensorKind IndexerAttnQB = new("blk.{bid}.indexer.attn_q_b", """
        model.layers.{bid}.self_attn.indexer.wq_b
        """);

    /// <summary>A layer's indexer query projection (INDEXER_Q_PROJ).</summary>
    public static readonly TensorKind IndexerQProj = new("blk.{bid}.indexer.q_proj", """
        model.layers.{bid}.self_attn.index_q_proj
        """);

    /// <summary>A layer's indexer key projection (INDEXER_K_PROJ).</summary>
    public static readonly TensorKind IndexerKProj = new("blk.{bid}.indexer.k_proj", """
        model.layers.{bid}.self_attn.index_k_proj
        """);

    /// <summary>A layer's indexer query norm (INDEXER_Q_NORM).</summary>
    public static readonly TensorKind IndexerQNorm = new("blk.{bid}.indexer.q_norm", """
        model.layers.{bid}.self_attn.index_q_norm
        """);

    /// <summary>A layer's hyper-connection attention function (HC_ATTN_FN).</summary>
    public static readonly TensorKind HcAttnFn = new("blk.{bid}.hc_attn_fn", """
        model.layers.{bid}.hc_attn_layer.hc_pre.hc_fn
        """);

    /// <summary>A layer's hyper-connection attention base (HC_ATTN_BASE).</summary>
    public static readonly TensorKind HcAttnBase = new("blk.{bid}.hc_attn_base", """
        model.layers.{bid}.hc_attn_layer.hc_pre.hc_base
        """);

    /// <summary>A layer's hyper-connection attention scale (HC_ATTN_SCALE).</summary>
    public static readonly TensorKind HcAttnScale = new("blk.{bid}.hc_attn_scale", """
        model.layers.{bid}.hc_attn_layer.hc_pre.hc_scale
        """);

    /// <summary>A layer's hyper-connection feed-forward function (HC_FFN_FN).</summary>
    public static readonly TensorKind HcFfnFn = new("blk.{bid}.hc_ffn_fn", """
        model.layers.{bid}.hc_mlp_layer.hc_pre.hc_fn
        """);

    /// <summary>A layer's hyper-connection feed-forward base (HC_FFN_BASE).</summary>
    public static readonly TensorKind HcFfnBase = new("blk.{bid}.hc_ffn_base", """
        model.layers.{bid}.hc_mlp_layer.hc_pre.hc_base
        """);

    /// <summary>A layer's hyper-connection feed-forward scale (HC_FFN_SCALE).</summary>
    public static readonly TensorKind HcFfnScale = new("blk.{bid}.hc_ffn_scale", """
        model.layers.{bid}.hc_mlp_layer.hc_pre.hc_scale
        """);

    /// <summary>The model's hyper-connection head function (HC_HEAD_FN).</summary>
    public static readonly TensorKind HcHeadFn = new("output_hc_fn", """
        model.hc_head.hc_head_fn
        """);

    /// <summary>The model's hyper-connection head base (HC_HEAD_BASE).</summary>
    public static readonly TensorKind HcHeadBase = new("output_hc_base", """
        model.hc_head.hc_head_base
        """);

    /// <summary>The model's hyper-connection head scale (HC_HEAD_SCALE).</summary>
    public static readonly TensorKind HcHeadScale = new("output_hc_scale", """
        model.hc_head.hc_head_scale
        """);

    /// <summary>The model's encoder output norm (ENC_OUTPUT_NORM).</summary>
    public static readonly TensorKind EncOutputNorm = new("enc.output_norm", """
        encoder.final_layer_norm layer_norm model.hidden_norm encoder.output_norm_enc
        """);

    /// <summary>The model's way from the target (FC).</summary>
    public static readonly TensorKind Fc = new("fc", """
        model.fc encoder.fc
        """);

    /// <summary>The model's DSpark Markov first matrix (DSPARK_MARKOV_W1).</summary>
    public static readonly TensorKind DsparkMarkovW1 = new("markov_w1", """
        model.markov_head.markov_w1
        """);

    /// <summary>The model's DSpark Markov second matrix (DSPARK_MARKOV_W2).</summary>
    public static readonly TensorKind DsparkMarkovW2 = new("markov_w2", """
        model.markov_head.markov_w2
        """);

    /// <summary>The model's DSpark confidence projection (DSPARK_CONF_PROJ).</summary>
    public static readonly TensorKind DsparkConfProj = new("conf_proj", """
        model.confidence_head.proj
        """);

    /// <summary>A layer's DFlash attention convolution base (DFLASH_ATTN_CONV_BASE).</summary>
    public static readonly TensorKind DflashAttnConvBase = new("blk.{bid}.attn_conv_base", """
        model.layers.{bid}.attention_conv.base_kernel
        """);

    /// <summary>A layer's DFlash attention convolution projection (DFLASH_ATTN_CONV_PROJ).</summary>
    public static readonly TensorKind DflashAttnConvProj = new("blk.{bid}.attn_conv_proj", """
        model.layers.{bid}.attention_conv.kernel_projection
        """);

    /// <summary>A layer's DFlash feed-forward convolution base (DFLASH_FFN_CONV_BASE).</summary>
    public static readonly TensorKind DflashFfnConvBase = new("blk.{bid}.ffn_conv_base", """
        model.layers.{bid}.mlp_conv.base_kernel
        """);

    /// <summary>A layer's DFlash feed-forward convolution projection (DFLASH_FFN_CONV_PROJ).</summary>
    public static readonly TensorKind DflashFfnConvProj = new("blk.{bid}.ffn_conv_proj", """
        model.layers.{bid}.mlp_conv.kernel_projection
        """);

    /// <summary>The model's DFlash selector predecessor (DFLASH_SELECTOR_PREV).</summary>
    public static readonly TensorKind DflashSelectorPrev = new("selector_predecessor", """
        model.candidate_selector.predecessor_codebook
        """);

    /// <summary>The model's DFlash selector successor (DFLASH_SELECTOR_NEXT).</summary>
    public static readonly TensorKind DflashSelectorNext = new("selector_successor", """
        model.candidate_selector.successor_codebook
        """);

    /// <summary>The model's DFlash selector hidden (DFLASH_SELECTOR_HIDDEN).</summary>
    public static readonly TensorKind DflashSelectorHidden = new("selector_hidden", """
        model.candidate_selector.hidden_projection
        """);

    /// <summary>The model's classifier (CLS).</summary>
    public static readonly TensorKind Cls = new("cls", """
        classifier classifier.dense pre_classifier dense head.dense
        """);

    /// <summary>The model's classifier output (CLS_OUT).</summary>
    public static readonly TensorKind ClsOutput = new("cls.output", """
        classifier.out_proj
        """);

    /// <summary>The model's classifier norm (CLS_NORM).</summary>
    public static readonly TensorKind ClsNorm = new("cls.norm", """
        head.norm
        """);

    /// <summary>A layer's shortconv conv (SHORTCONV_CONV).</summary>
    public static readonly TensorKind ShortconvConv = new("blk.{bid}.shortconv.conv", """
        model.layers.{bid}.conv.conv
        """) { IsAlwaysFloat32 = true };

    /// <summary>A layer's shortconv in projection (SHORTCONV_INPROJ).</summary>
    public static readonly TensorKind ShortconvInProj = new("blk.{bid}.shortconv.in_proj", """
        model.layers.{bid}.conv.in_proj
        """);

    /// <summary>A layer's shortconv out projection (SHORTCONV_OUTPROJ).</summary>
    public static readonly TensorKind ShortconvOutProj = new("blk.{bid}.shortconv.out_proj", """
        model.layers.{bid}.conv.out_proj
        """);

    /// <summary>The model's prediction projection pre (NEXTN_PROJ_PRE).</summary>
    public static readonly TensorKind NextnProjPre = new("nextn.pre_projection", """
        pre_projection
        """);

    /// <summary>The model's prediction projection post (NEXTN_PROJ_POST).</summary>
    public static readonly TensorKind NextnProjPost = new("nextn.post_projection", """
        post_projection
        """);

    /// <summary>A layer's multi-token prediction eh projection (NEXTN_EH_PROJ).</summary>
    public static readonly TensorKind NextnEhProj = new("blk.{bid}.nextn.eh_proj", """
        model.layers.{bid}.eh_proj
        """);

    /// <summary>A layer's multi-token prediction embed tokens (NEXTN_EMBED_TOKENS).</summary>
    public static readonly TensorKind NextnEmbedTokens = new("blk.{bid}.nextn.embed_tokens", """
        model.layers.{bid}.embed_tokens
        """);

    /// <summary>A layer's multi-token prediction enorm (NEXTN_ENORM).</summary>
    public static readonly TensorKind NextnEnorm = new("blk.{bid}.nextn.enorm", """
        model.layers.{bid}.enorm
        """);

    /// <summary>A layer's multi-token prediction hnorm (NEXTN_HNORM).</summary>
    public static readonly TensorKind NextnHnorm = new("blk.{bid}.nextn.hnorm", """
        model.layers.{bid}.hnorm
        """);

    /// <summary>A layer's multi-token prediction shared head head (NEXTN_SHARED_HEAD_HEAD).</summary>
    public static readonly TensorKind NextnSharedHeadHead = new("blk.{bid}.nextn.shared_head_head", """
        model.layers.{bid}.shared_head.head
        """);

    /// <summary>A layer's multi-token prediction shared head norm (NEXTN_SHARED_HEAD_NORM).</summary>
    public static readonly TensorKind NextnSharedHeadNorm = new("blk.{bid}.nextn.shared_head_norm", """
        model.layers.{bid}.shared_head.norm
        """);

    /// <summary>The model's HRM z low start (HRM_Z_L_INIT).</summary>
    public static readonly TensorKind HrmLowInit = new("hrm.z_l_init", "");

    /// <summary>The model's hyper-connection head norm (HC_HEAD_NORM).</summary>
    public static readonly TensorKind HcHeadNorm = new("output_hc_norm", """
        model.hyper_connection_mixer.hc_norm
        """);

    /// <summary>The model's hyper-connection head down (HC_HEAD_DOWN).</summary>
    public static readonly TensorKind HcHeadDown = new("output_hc_down", """
        model.hyper_connection_mixer.input_mix_weight_down
        """);

    /// <summary>The model's hyper-connection head up (HC_HEAD_UP).</summary>
    public static readonly TensorKind HcHeadUp = new("output_hc_up", """
        model.hyper_connection_mixer.input_mix_weight_up
        """);

    /// <summary>A layer's feed-forward norm experts (FFN_NORM_EXP).</summary>
    public static readonly TensorKind FfnNormExps = new("blk.{bid}.ffn_norm_exps", "");

    /// <summary>A layer's feed-forward expert probabilities bias of images (FFN_EXP_PROBS_B_VL).</summary>
    public static readonly TensorKind FfnExpProbsBVl = new("blk.{bid}.exp_probs_b_vl", "");

    /// <summary>A layer's feed-forward gate experts by token (FFN_GATE_TID2EID).</summary>
    public static readonly TensorKind FfnGateTokenExperts = new("blk.{bid}.ffn_gate_tid2eid", "");

    /// <summary>A layer's state space gate (SSM_G).</summary>
    public static readonly TensorKind SsmG = new("blk.{bid}.ssm_g", "");

    /// <summary>A layer's attention residual score (ATTN_RES_SCORE).</summary>
    public static readonly TensorKind AttnResScore = new("blk.{bid}.attn_res_score", "");

    /// <summary>A layer's feed-forward residual score (FFN_RES_SCORE).</summary>
    public static readonly TensorKind FfnResScore = new("blk.{bid}.ffn_res_score", "");

    /// <summary>The model's output residual score (OUTPUT_RES_SCORE).</summary>
    public static readonly TensorKind OutputResScore = new("output_res_score", "");

    /// <summary>A layer's time mix lerp fused (TIME_MIX_LERP_FUSED).</summary>
    public static readonly TensorKind TimeMixLerpFused = new("blk.{bid}.time_mix_lerp_fused", "") { IsAlwaysFloat32 = true };

    /// <summary>A layer's attention key and value (ATTN_KV).</summary>
    public static readonly TensorKind AttnKv = new("blk.{bid}.attn_kv", "");

    /// <summary>A layer's attention key and value norm (ATTN_KV_NORM).</summary>
    public static readonly TensorKind AttnKvNorm = new("blk.{bid}.attn_kv_a_norm", "");

    /// <summary>A layer's attention output A (ATTN_OUT_A).</summary>
    public static readonly TensorKind AttnOutA = new("blk.{bid}.attn_output_a", "");

    /// <summary>A layer's attention output bias (ATTN_OUT_B).</summary>
    public static readonly TensorKind AttnOutB = new("blk.{bid}.attn_output_b", "");

    /// <summary>A layer's hyper-connection attention norm (HC_ATTN_NORM).</summary>
    public static readonly TensorKind HcAttnNorm = new("blk.{bid}.hc_attn_norm", """
        model.layers.{bid}.attn_hyper_connection.hc_norm
        """);

    /// <summary>A layer's hyper-connection attention down (HC_ATTN_DOWN).</summary>
    public static readonly TensorKind HcAttnDown = new("blk.{bid}.hc_attn_down", """
        model.layers.{bid}.attn_hyper_connection.input_mix_weight_down
        """);

    /// <summary>A layer's hyper-connection attention up (HC_ATTN_UP).</summary>
    public static readonly TensorKind HcAttnUp = new("blk.{bid}.hc_attn_up", """
        model.layers.{bid}.attn_hyper_connection.input_mix_weight_up
        """);

    /// <summary>A layer's hyper-connection attention inject (HC_ATTN_INJECT).</summary>
    public static readonly TensorKind HcAttnInject = new("blk.{bid}.hc_attn_inject", """
        model.layers.{bid}.attn_hyper_connection.block_inject_weight
        """);

    /// <summary>A layer's hyper-connection feed-forward norm (HC_FFN_NORM).</summary>
    public static readonly TensorKind HcFfnNorm = new("blk.{bid}.hc_ffn_norm", """
        model.layers.{bid}.mlp_hyper_connection.hc_norm
        """);

    /// <summary>A layer's hyper-connection feed-forward down (HC_FFN_DOWN).</summary>
    public static readonly TensorKind HcFfnDown = new("blk.{bid}.hc_ffn_down", """
        model.layers.{bid}.mlp_hyper_connection.input_mix_weight_down
        """);

    /// <summary>A layer's hyper-connection feed-forward up (HC_FFN_UP).</summary>
    public static readonly TensorKind HcFfnUp = new("blk.{bid}.hc_ffn_up", """
        model.layers.{bid}.mlp_hyper_connection.input_mix_weight_up
        """);

    /// <summary>A layer's hyper-connection feed-forward inject (HC_FFN_INJECT).</summary>
    public static readonly TensorKind HcFfnInject = new("blk.{bid}.hc_ffn_inject", """
        model.layers.{bid}.mlp_hyper_connection.block_inject_weight
        """);

    /// <summary>A layer's per-layer embedding key (PLE_KEY).</summary>
    public static readonly TensorKind PleKey = new("blk.{bid}.ple_key", """
        model.layers.{bid}.ple.key_proj
        """);

    /// <summary>A layer's per-layer embedding value (PLE_VALUE).</summary>
    public static readonly TensorKind PleValue = new("blk.{bid}.ple_value", """
        model.layers.{bid}.ple.value_proj
        """);

    /// <summary>A layer's per-layer embedding norm key (PLE_NORM_KEY).</summary>
    public static readonly TensorKind PleNormKey = new("blk.{bid}.ple_norm_key", """
        model.layers.{bid}.ple.norm_key
        """);

    /// <summary>A layer's per-layer embedding norm query (PLE_NORM_QUERY).</summary>
    public static readonly TensorKind PleNormQuery = new("blk.{bid}.ple_norm_query", """
        model.layers.{bid}.ple.norm_query
        """);

    /// <summary>A layer's per-layer embedding norm convolution (PLE_NORM_CONV).</summary>
    public static readonly TensorKind PleNormConv = new("blk.{bid}.ple_norm_conv", """
        model.layers.{bid}.ple.norm_conv
        """);

    /// <summary>A layer's per-layer embedding convolution (PLE_CONV1D).</summary>
    public static readonly TensorKind PleConv1d = new("blk.{bid}.ple_conv1d", """
        model.layers.{bid}.ple.conv1d
        """);

    /// <summary>A layer's attention compressor key and value (ATTN_COMPRESSOR_WKV).</summary>
    public static readonly TensorKind AttnCompressorWkv = new("blk.{bid}.attn_compressor_kv", "");

    /// <summary>A layer's attention compressor gate (ATTN_COMPRESSOR_WGATE).</summary>
    public static readonly TensorKind AttnCompressorWgate = new("blk.{bid}.attn_compressor_gate", "");

    /// <summary>A layer's attention compressor position (ATTN_COMPRESSOR_APE).</summary>
    public static readonly TensorKind AttnCompressorApe = new("blk.{bid}.attn_compressor_ape", "");

    /// <summary>A layer's attention compressor norm (ATTN_COMPRESSOR_NORM).</summary>
    public static readonly TensorKind AttnCompressorNorm = new("blk.{bid}.attn_compressor_norm", "");

    /// <summary>A layer's indexer compressor key and value (INDEXER_COMPRESSOR_WKV).</summary>
    public static readonly TensorKind IndexerCompressorWkv = new("blk.{bid}.indexer_compressor_kv", "");

    /// <summary>A layer's indexer compressor gate (INDEXER_COMPRESSOR_WGATE).</summary>
    public static readonly TensorKind IndexerCompressorWgate = new("blk.{bid}.indexer_compressor_gate", "");

    /// <summary>A layer's indexer compressor position (INDEXER_COMPRESSOR_APE).</summary>
    public static readonly TensorKind IndexerCompressorApe = new("blk.{bid}.indexer_compressor_ape", "");

    /// <summary>A layer's indexer compressor norm (INDEXER_COMPRESSOR_NORM).</summary>
    public static readonly TensorKind IndexerCompressorNorm = new("blk.{bid}.indexer_compressor_norm", "");

    /// <summary>The model's draft tokens as target tokens (D2T).</summary>
    public static readonly TensorKind DraftToTarget = new("d2t", "");
}
