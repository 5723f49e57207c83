using GGUFPacker.Conversion.Architectures;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>
/// The kinds of tensors of multimodal projectors with the names that checkpoints have for them, after gguf-py's tensor mapping (llama.cpp v0.5.0).
/// This part: vision.
/// </summary>
internal static partial class ProjectorKinds
{
    /// <summary>The tensor V_MM_EMBEDDING of projectors: vision projector embedding.</summary>
    public static readonly TensorKind VMmEmbedding = new("mm.embedding", """
        model.embed_vision.embedding
        """);

    /// <summary>The tensor V_MM_HARD_EMB_NORM of projectors: vision projector hard emb norm.</summary>
    public static readonly TensorKind VMmHardEmbNorm = new("mm.hard_emb_norm", """
        model.embed_vision.hard_embedding_norm
        """);

    /// <summary>The tensor V_ENC_CONV_STEM of projectors: vision encoder conv stem.</summary>
    public static readonly TensorKind VEncConvStem = new("v.conv_stem.conv", """
        model.vision_tower.timm_model.conv_stem.conv
        """);

    /// <summary>The tensor V_ENC_CONV_STEM_NORM of projectors: vision encoder conv stem norm.</summary>
    public static readonly TensorKind VEncConvStemNorm = new("v.conv_stem.bn", """
        model.vision_tower.timm_model.conv_stem.bn
        """);

    /// <summary>The tensor V_ENC_MSFA_EXP of projectors: vision encoder msfa exp.</summary>
    public static readonly TensorKind VEncMsfaExp = new("v.msfa.ffn.pw_exp.conv", """
        model.vision_tower.timm_model.msfa.ffn.pw_exp.conv
        """);

    /// <summary>The tensor V_ENC_MSFA_EXP_NORM of projectors: vision encoder msfa exp norm.</summary>
    public static readonly TensorKind VEncMsfaExpNorm = new("v.msfa.ffn.pw_exp.bn", """
        model.vision_tower.timm_model.msfa.ffn.pw_exp.bn
        """);

    /// <summary>The tensor V_ENC_MSFA_PROJ of projectors: vision encoder msfa projection.</summary>
    public static readonly TensorKind VEncMsfaProj = new("v.msfa.ffn.pw_proj.conv", """
        model.vision_tower.timm_model.msfa.ffn.pw_proj.conv
        """);

    /// <summary>The tensor V_ENC_MSFA_PROJ_NORM of projectors: vision encoder msfa projection norm.</summary>
    public static readonly TensorKind VEncMsfaProjNorm = new("v.msfa.ffn.pw_proj.bn", """
        model.vision_tower.timm_model.msfa.ffn.pw_proj.bn
        """);

    /// <summary>The tensor V_ENC_MSFA_NORM of projectors: vision encoder msfa norm.</summary>
    public static readonly TensorKind VEncMsfaNorm = new("v.msfa.norm", """
        model.vision_tower.timm_model.msfa.norm
        """);

    /// <summary>The tensor V_MMPROJ of projectors: vision projector.</summary>
    public static readonly TensorKind VMmproj = new("mm.{bid}", """
        aligner.w{bid} multi_modal_projector.linear_{bid} mm_projector.proj.linear_{bid} visual.merger.mlp.{bid} mlp_AR.linear_{bid}
        merger.mlp.{bid} vision_tower.merger.mlp.{bid} vision_encoder.adapter.mlp.{bid} vit.perceive.proj.{bid}
        """);

    /// <summary>The tensor V_MMPROJ_FC of projectors: vision projector layer.</summary>
    public static readonly TensorKind VMmprojFc = new("mm.model.fc", """
        model.connector.modality_projection.proj model.vision.linear_proj.linear_proj model.projector.layers visual.merger.proj
        vit.perceive.mlp
        """);

    /// <summary>The tensor V_MMPROJ_MLP of projectors: vision projector mlp.</summary>
    public static readonly TensorKind VMmprojMlp = new("mm.model.mlp.{bid}", """
        model.mm_projector.mlp.mlp.{bid} vision_model.vision_adapter.mlp.fc{bid} mlp1.{bid} model.aligner.fc1.hidden_layers.{bid}
        """);

    /// <summary>The tensor V_MMPROJ_PEG of projectors: vision projector peg.</summary>
    public static readonly TensorKind VMmprojPeg = new("mm.model.peg.{bid}", """
        model.mm_projector.peg.peg.{bid}
        """);

    /// <summary>The tensor V_ENC_EMBD_CLS of projectors: vision encoder embedding class.</summary>
    public static readonly TensorKind VEncEmbdCls = new("v.class_embd", """
        vision_tower.vision_model.embeddings.class_embedding model.vision_tower.embeddings.cls_token vision_model.class_embedding
        model.vision.patch_embedding.cls_embedding vision_model.radio_model.model.patch_generator.cls_token.token
        model.vision_model.embeddings.class_embedding
        """);

    /// <summary>The tensor V_ENC_EMBD_PATCH of projectors: vision encoder embedding patch.</summary>
    public static readonly TensorKind VEncEmbdPatch = new("v.patch_embd", """
        vision.patch_embed.proj model.vision_tower.vision_model.embeddings.patch_embedding
        vision_tower.vision_model.embeddings.patch_embedding model.vision_tower.embeddings.patch_embedding
        model.vision_tower.embeddings.patch_embeddings.projection vpm.embeddings.patch_embedding
        model.vision_model.embeddings.patch_embedding vit.embeddings.patch_embedding vision_tower.patch_conv vision_encoder.patch_conv
        vision_model.patch_embedding.linear visual.patch_embed.proj vision_tower.patch_embed.proj model.vision.patch_embedding.proj
        model.vision_model.embeddings.patch_embedding siglip2.vision_model.embeddings.patch_embedding
        vision_model.radio_model.model.patch_generator.embedder model.vision_tower.patch_embedder.input_proj
        vision_tower.patch_embed.patchifier.proj vision_encoder.patch_embed.proj vision_model.conv1 model.vision_embedder.patch_dense
        model.vision_tower.patch_embedder.patch_embedding
        """);

    /// <summary>The tensor V_ENC_EMBD_NORM of projectors: vision encoder embedding norm.</summary>
    public static readonly TensorKind VEncEmbdNorm = new("v.norm_embd", """
        visual.post_conv_layernorm vision_tower.patch_embed.patchifier.norm vision_encoder.patch_embed.norm
        """);

    /// <summary>The tensor V_ENC_EMBD_PATCH_NORM of projectors: vision encoder embedding patch norm.</summary>
    public static readonly TensorKind VEncEmbdPatchNorm = new("v.patch_norm.{bid}", """
        model.vision_embedder.patch_ln{bid}
        """);

    /// <summary>The tensor V_ENC_EMBD_POS of projectors: vision encoder embedding position.</summary>
    public static readonly TensorKind VEncEmbdPos = new("v.position_embd", """
        model.vision_tower.vision_model.embeddings.position_embedding vision_tower.vision_model.embeddings.position_embedding
        model.vision_tower.embeddings.position_embedding model.vision_tower.embeddings.position_embeddings vpm.embeddings.position_embedding
        model.vision_model.embeddings.position_embedding vit.embeddings.position_embedding vision_model.positional_embedding_vlm
        vision_tower.patch_embed.pos_emb visual.pos_embed model.vision.patch_embedding.position_embedding
        visual.embeddings.position_embedding vision_model.radio_model.model.patch_generator.pos_embed
        model.vision_tower.patch_embedder.position_embedding_table vision_model.positional_embedding model.vision_embedder.pos_embedding
        """) { IsAlwaysFloat32 = true };

    /// <summary>The tensor V_ENC_EMBD_IMGNL of projectors: vision encoder embedding imgnl.</summary>
    public static readonly TensorKind VEncEmbdImgnl = new("v.image_newline", """
        image_newline model.image_newline vit.perceive.image_newline
        """);

    /// <summary>The tensor V_ENC_EMBD_VSEP of projectors: vision encoder embedding vsep.</summary>
    public static readonly TensorKind VEncEmbdVsep = new("v.view_seperator", """
        model.view_seperator vit.perceive.image_sep
        """);

    /// <summary>The tensor V_ENC_ATTN_QKV of projectors: vision encoder attention query, key and value.</summary>
    public static readonly TensorKind VEncAttnQkv = new("v.blk.{bid}.attn_qkv", """
        vision.blocks.{bid}.attn.wqkv visual.blocks.{bid}.attn.qkv vision_tower.blocks.{bid}.attn.qkv vision_encoder.blocks.{bid}.attn.qkv
        model.vision.transformer.layers.{bid}.attention.query_key_value model.vision_model.transformer.layers.{bid}.self_attn.qkv_proj
        vision_tower.encoder.blocks.{bid}.wqkv vision_model.radio_model.model.blocks.{bid}.attn.qkv
        vision_model.transformer.resblocks.{bid}.attn.in_proj
        """);

    /// <summary>The tensor V_ENC_ATTN_Q of projectors: vision encoder attention query.</summary>
    public static readonly TensorKind VEncAttnQ = new("v.blk.{bid}.attn_q", """
        model.vision_tower.vision_model.encoder.layers.{bid}.self_attn.q_proj
        vision_tower.vision_model.encoder.layers.{bid}.self_attn.q_proj model.vision_tower.encoder.layers.{bid}.self_attn.q_proj
        model.vision_tower.encoder.layer.{bid}.attention.q_proj vpm.encoder.layers.{bid}.self_attn.q_proj
        model.vision_model.encoder.layers.{bid}.self_attn.q_proj vit.layers.{bid}.self_attn.q_proj
        vision_model.model.layers.{bid}.self_attn.q_proj vision_tower.transformer.layers.{bid}.attention.q_proj
        vision_encoder.transformer.layers.{bid}.attention.wq visual.blocks.{bid}.attn.q vision_tower.encoder.blocks.{bid}.wq
        siglip2.vision_model.encoder.layers.{bid}.self_attn.q_proj model.vision_model.transformer.layers.{bid}.self_attn.q_proj
        vision_model.model.layers.{bid}.self_attn.q_proj.linear model.qwen2_model.model.model.layers.{bid}.self_attn.q_proj
        model.vision_tower.layers.{bid}.attn.q_proj
        """);

    /// <summary>The tensor V_ENC_ATTN_Q_NORM of projectors: vision encoder attention query norm.</summary>
    public static readonly TensorKind VEncAttnQNorm = new("v.blk.{bid}.attn_q_norm", """
        vision_encoder.blocks.{bid}.attn.q_norm vision_tower.vision_model.encoder.layers.{bid}.attn.q_norm
        model.vision_tower.encoder.layer.{bid}.attention.q_norm visual.blocks.{bid}.attn.q_norm
        vision_model.model.layers.{bid}.self_attn.q_norm
        """);

    /// <summary>The tensor V_ENC_ATTN_K of projectors: vision encoder attention key.</summary>
    public static readonly TensorKind VEncAttnK = new("v.blk.{bid}.attn_k", """
        model.vision_tower.vision_model.encoder.layers.{bid}.self_attn.k_proj
        vision_tower.vision_model.encoder.layers.{bid}.self_attn.k_proj model.vision_tower.encoder.layers.{bid}.self_attn.k_proj
        model.vision_tower.encoder.layer.{bid}.attention.k_proj vpm.encoder.layers.{bid}.self_attn.k_proj
        model.vision_model.encoder.layers.{bid}.self_attn.k_proj vit.layers.{bid}.self_attn.k_proj
        vision_model.model.layers.{bid}.self_attn.k_proj vision_tower.transformer.layers.{bid}.attention.k_proj
        vision_encoder.transformer.layers.{bid}.attention.wk visual.blocks.{bid}.attn.k vision_tower.encoder.blocks.{bid}.wk
        model.vision_model.transformer.layers.{bid}.self_attn.k_proj siglip2.vision_model.encoder.layers.{bid}.self_attn.k_proj
        vision_model.model.layers.{bid}.self_attn.k_proj.linear model.qwen2_model.model.model.layers.{bid}.self_attn.k_proj
        model.vision_tower.layers.{bid}.attn.k_proj
        """);

    /// <summary>The tensor V_ENC_ATTN_K_NORM of projectors: vision encoder attention key norm.</summary>
    public static readonly TensorKind VEncAttnKNorm = new("v.blk.{bid}.attn_k_norm", """
        vision_encoder.blocks.{bid}.attn.k_norm vision_tower.vision_model.encoder.layers.{bid}.attn.k_norm
        model.vision_tower.encoder.layer.{bid}.attention.k_norm visual.blocks.{bid}.attn.k_norm
        vision_model.model.layers.{bid}.self_attn.k_norm
        """);

    /// <summary>The tensor V_ENC_ATTN_V of projectors: vision encoder attention value.</summary>
    public static readonly TensorKind VEncAttnV = new("v.blk.{bid}.attn_v", """
        model.vision_tower.vision_model.encoder.layers.{bid}.self_attn.v_proj
        vision_tower.vision_model.encoder.layers.{bid}.self_attn.v_proj model.vision_tower.encoder.layers.{bid}.self_attn.v_proj
        model.vision_tower.encoder.layer.{bid}.attention.v_proj vpm.encoder.layers.{bid}.self_attn.v_proj
        model.vision_model.encoder.layers.{bid}.self_attn.v_proj vit.layers.{bid}.self_attn.v_proj
        vision_model.model.layers.{bid}.self_attn.v_proj vision_tower.transformer.layers.{bid}.attention.v_proj
        vision_encoder.transformer.layers.{bid}.attention.wv visual.blocks.{bid}.attn.v vision_tower.encoder.blocks.{bid}.wv
        siglip2.vision_model.encoder.layers.{bid}.self_attn.v_proj model.vision_model.transformer.layers.{bid}.self_attn.v_proj
        vision_model.model.layers.{bid}.self_attn.v_proj.linear model.qwen2_model.model.model.layers.{bid}.self_attn.v_proj
        model.vision_tower.layers.{bid}.attn.v_proj
        """);

    /// <summary>The tensor V_ENC_INPUT_NORM of projectors: vision encoder input norm.</summary>
    public static readonly TensorKind VEncInputNorm = new("v.blk.{bid}.ln1", """
        vision.blocks.{bid}.norm1 model.vision_tower.vision_model.encoder.layers.{bid}.layer_norm1
        vision_tower.vision_model.encoder.layers.{bid}.layer_norm1 model.vision_tower.encoder.layers.{bid}.layer_norm1
        vision_tower.vision_model.encoder.layers.{bid}.norm1 model.vision_tower.encoder.layer.{bid}.layernorm_before
        vpm.encoder.layers.{bid}.layer_norm1 model.vision_model.encoder.layers.{bid}.layer_norm1 vit.layers.{bid}.input_layernorm
        vision_tower.transformer.layers.{bid}.attention_norm vision_encoder.transformer.layers.{bid}.attention_norm
        vision_model.model.layers.{bid}.input_layernorm visual.blocks.{bid}.norm1 vision_tower.encoder.blocks.{bid}.norm0
        model.vision.transformer.layers.{bid}.input_layernorm model.vision_model.transformer.layers.{bid}.layer_norm1
        siglip2.vision_model.encoder.layers.{bid}.layer_norm1 vision_model.radio_model.model.blocks.{bid}.norm1
        vision_tower.blocks.{bid}.norm1 vision_encoder.blocks.{bid}.norm_1 vision_model.transformer.resblocks.{bid}.ln_1
        model.qwen2_model.model.model.layers.{bid}.input_layernorm model.vision_tower.layers.{bid}.norm1
        """);

    /// <summary>The tensor V_ENC_ATTN_O of projectors: vision encoder attention output.</summary>
    public static readonly TensorKind VEncAttnO = new("v.blk.{bid}.attn_out", """
        vision.blocks.{bid}.attn.wo model.vision_tower.vision_model.encoder.layers.{bid}.self_attn.out_proj
        vision_tower.vision_model.encoder.layers.{bid}.self_attn.out_proj model.vision_tower.encoder.layers.{bid}.self_attn.out_proj
        vision_tower.vision_model.encoder.layers.{bid}.attn.proj model.vision_tower.encoder.layer.{bid}.attention.projection_layer
        vpm.encoder.layers.{bid}.self_attn.out_proj model.vision_model.encoder.layers.{bid}.self_attn.out_proj
        vit.layers.{bid}.self_attn.o_proj model.vision_model.encoder.layers.{bid}.self_attn.projection_layer
        vision_model.model.layers.{bid}.self_attn.o_proj vision_tower.transformer.layers.{bid}.attention.o_proj
        vision_encoder.transformer.layers.{bid}.attention.wo visual.blocks.{bid}.attn.proj vision_tower.encoder.blocks.{bid}.wo
        model.vision.transformer.layers.{bid}.attention.dense model.vision_model.transformer.layers.{bid}.self_attn.out_proj
        siglip2.vision_model.encoder.layers.{bid}.self_attn.out_proj vision_model.radio_model.model.blocks.{bid}.attn.proj
        model.qwen2_model.model.model.layers.{bid}.self_attn.o_proj vision_model.model.layers.{bid}.self_attn.o_proj.linear
        vision_tower.blocks.{bid}.attn.proj vision_encoder.blocks.{bid}.attn.proj vision_model.transformer.resblocks.{bid}.attn.out_proj
        model.vision_tower.layers.{bid}.attn.proj
        """);

    /// <summary>The tensor V_ENC_ATTN_SINKS of projectors: vision encoder attention sinks.</summary>
    public static readonly TensorKind VEncAttnSinks = new("v.blk.{bid}.attn_sinks", """
        visual.blocks.{bid}.attn.sinks
        """);

    /// <summary>The tensor V_ENC_POST_ATTN_NORM of projectors: vision encoder post attention norm.</summary>
    public static readonly TensorKind VEncPostAttnNorm = new("v.blk.{bid}.ln2", """
        vision.blocks.{bid}.norm2 model.vision_tower.vision_model.encoder.layers.{bid}.layer_norm2
        vision_tower.vision_model.encoder.layers.{bid}.layer_norm2 model.vision_tower.encoder.layers.{bid}.layer_norm2
        vision_tower.vision_model.encoder.layers.{bid}.norm2 model.vision_tower.encoder.layer.{bid}.layernorm_after
        vpm.encoder.layers.{bid}.layer_norm2 model.vision_model.encoder.layers.{bid}.layer_norm2 vit.layers.{bid}.post_attention_layernorm
        vision_model.model.layers.{bid}.post_attention_layernorm vision_tower.transformer.layers.{bid}.ffn_norm
        vision_encoder.transformer.layers.{bid}.ffn_norm visual.blocks.{bid}.norm2 vision_tower.encoder.blocks.{bid}.norm1
        model.vision.transformer.layers.{bid}.post_attention_layernorm model.vision_model.transformer.layers.{bid}.layer_norm2
        siglip2.vision_model.encoder.layers.{bid}.layer_norm2 vision_model.radio_model.model.blocks.{bid}.norm2
        vision_model.model.layers.{bid}.pre_feedforward_layernorm vision_tower.blocks.{bid}.norm2 vision_encoder.blocks.{bid}.norm_2
        vision_model.transformer.resblocks.{bid}.ln_2 model.qwen2_model.model.model.layers.{bid}.post_attention_layernorm
        model.vision_tower.layers.{bid}.norm2
        """);

    /// <summary>The tensor V_ENC_FFN_UP of projectors: vision encoder feed-forward up.</summary>
    public static readonly TensorKind VEncFfnUp = new("v.blk.{bid}.ffn_up", """
        vision.blocks.{bid}.mlp.w1_up vision_encoder.blocks.{bid}.mlp.fc3 model.vision_tower.vision_model.encoder.layers.{bid}.mlp.fc1
        vision_tower.vision_model.encoder.layers.{bid}.mlp.fc1 model.vision_tower.encoder.layers.{bid}.mlp.fc1
        model.vision_tower.encoder.layer.{bid}.mlp.fc1 vpm.encoder.layers.{bid}.mlp.fc1 model.vision_model.encoder.layers.{bid}.mlp.fc1
        vit.layers.{bid}.mlp.dense_h_to_4h vision_tower.transformer.layers.{bid}.feed_forward.up_proj
        vision_encoder.transformer.layers.{bid}.feed_forward.w3 vision_model.model.layers.{bid}.mlp.fc1 visual.blocks.{bid}.mlp.fc1
        visual.blocks.{bid}.mlp.up_proj visual.blocks.{bid}.mlp.linear_fc1 vision_tower.encoder.blocks.{bid}.mlp.fc0
        model.vision_model.transformer.layers.{bid}.mlp.fc1 model.vision.transformer.layers.{bid}.mlp.fc1
        siglip2.vision_model.encoder.layers.{bid}.mlp.fc1 vision_model.radio_model.model.blocks.{bid}.mlp.fc1
        vision_model.model.layers.{bid}.mlp.up_proj vision_model.transformer.resblocks.{bid}.mlp.c_fc
        model.qwen2_model.model.model.layers.{bid}.mlp.up_proj model.vision_tower.layers.{bid}.mlp.fc1
        """);

    /// <summary>The tensor V_ENC_FFN_GATE of projectors: vision encoder feed-forward gate.</summary>
    public static readonly TensorKind VEncFfnGate = new("v.blk.{bid}.ffn_gate", """
        vision.blocks.{bid}.mlp.w1_gate vision_encoder.blocks.{bid}.mlp.fc1 vision_tower.transformer.layers.{bid}.feed_forward.gate_proj
        vision_encoder.transformer.layers.{bid}.feed_forward.w1 visual.blocks.{bid}.mlp.gate_proj
        vision_model.model.layers.{bid}.mlp.gate_proj model.qwen2_model.model.model.layers.{bid}.mlp.gate_proj
        """);

    /// <summary>The tensor V_ENC_FFN_DOWN of projectors: vision encoder feed-forward down.</summary>
    public static readonly TensorKind VEncFfnDown = new("v.blk.{bid}.ffn_down", """
        vision.blocks.{bid}.mlp.w2 vision_encoder.blocks.{bid}.mlp.fc2 model.vision_tower.vision_model.encoder.layers.{bid}.mlp.fc2
        vision_tower.vision_model.encoder.layers.{bid}.mlp.fc2 model.vision_tower.encoder.layers.{bid}.mlp.fc2
        model.vision_tower.encoder.layer.{bid}.mlp.fc2 vpm.encoder.layers.{bid}.mlp.fc2 model.vision_model.encoder.layers.{bid}.mlp.fc2
        vit.layers.{bid}.mlp.dense_4h_to_h vision_tower.transformer.layers.{bid}.feed_forward.down_proj
        vision_encoder.transformer.layers.{bid}.feed_forward.w2 vision_model.model.layers.{bid}.mlp.fc2 visual.blocks.{bid}.mlp.fc2
        visual.blocks.{bid}.mlp.down_proj visual.blocks.{bid}.mlp.linear_fc2 vision_tower.encoder.blocks.{bid}.mlp.fc1
        model.vision.transformer.layers.{bid}.mlp.fc2 model.vision_model.transformer.layers.{bid}.mlp.fc2
        siglip2.vision_model.encoder.layers.{bid}.mlp.fc2 vision_model.radio_model.model.blocks.{bid}.mlp.fc2
        model.qwen2_model.model.model.layers.{bid}.mlp.down_proj vision_model.model.layers.{bid}.mlp.down_proj
        vision_model.transformer.resblocks.{bid}.mlp.c_proj model.vision_tower.layers.{bid}.mlp.fc2
        """);

    /// <summary>The tensor V_ENC_FFN_GATE_INP of projectors: vision encoder feed-forward gate input.</summary>
    public static readonly TensorKind VEncFfnGateInp = new("v.blk.{bid}.ffn_gate_inp", """
        vision_encoder.blocks.{bid}.mlp.gate_weight
        """);

    /// <summary>The tensor V_ENC_FFN_EXP_PROBS_B of projectors: vision encoder feed-forward exp probs b.</summary>
    public static readonly TensorKind VEncFfnExpProbsB = new("v.blk.{bid}.exp_probs_b", """
        vision_encoder.blocks.{bid}.mlp.router_bias
        """);

    /// <summary>The tensor V_ENC_FFN_GATE_EXPS of projectors: vision encoder feed-forward gate exps.</summary>
    public static readonly TensorKind VEncFfnGateExps = new("v.blk.{bid}.ffn_gate_exps", """
        vision_encoder.blocks.{bid}.mlp.experts.fc1
        """);

    /// <summary>The tensor V_ENC_FFN_UP_EXPS of projectors: vision encoder feed-forward up exps.</summary>
    public static readonly TensorKind VEncFfnUpExps = new("v.blk.{bid}.ffn_up_exps", """
        vision_encoder.blocks.{bid}.mlp.experts.fc3
        """);

    /// <summary>The tensor V_ENC_FFN_DOWN_EXPS of projectors: vision encoder feed-forward down exps.</summary>
    public static readonly TensorKind VEncFfnDownExps = new("v.blk.{bid}.ffn_down_exps", """
        vision_encoder.blocks.{bid}.mlp.experts.fc2
        """);

    /// <summary>The tensor V_ENC_ATTN_POST_NORM of projectors: vision encoder attention post norm.</summary>
    public static readonly TensorKind VEncAttnPostNorm = new("v.blk.{bid}.attn_post_norm", """
        vision_model.model.layers.{bid}.post_attention_layernorm
        """);

    /// <summary>The tensor V_ENC_FFN_POST_NORM of projectors: vision encoder feed-forward post norm.</summary>
    public static readonly TensorKind VEncFfnPostNorm = new("v.blk.{bid}.ffn_post_norm", """
        vision_model.model.layers.{bid}.post_feedforward_layernorm
        """);

    /// <summary>The tensor V_LAYER_SCALE_1 of projectors: vision layer scale 1.</summary>
    public static readonly TensorKind VLayerScale1 = new("v.blk.{bid}.ls1", """
        vision_tower.vision_model.encoder.layers.{bid}.ls1 model.vision_tower.encoder.layer.{bid}.lambda_1
        vision_model.transformer.resblocks.{bid}.ls_1
        """);

    /// <summary>The tensor V_LAYER_SCALE_2 of projectors: vision layer scale 2.</summary>
    public static readonly TensorKind VLayerScale2 = new("v.blk.{bid}.ls2", """
        vision_tower.vision_model.encoder.layers.{bid}.ls2 model.vision_tower.encoder.layer.{bid}.lambda_2
        vision_model.transformer.resblocks.{bid}.ls_2
        """);

    /// <summary>The tensor V_LAYER_OUT_SCALE of projectors: vision layer output scale.</summary>
    public static readonly TensorKind VLayerOutScale = new("v.blk.{bid}.out_scale", """
        vision_model.model.layers.{bid}.layer_scalar
        """);

    /// <summary>The tensor V_PRE_NORM of projectors: vision pre norm.</summary>
    public static readonly TensorKind VPreNorm = new("v.pre_ln", """
        vision_tower.vision_model.pre_layrnorm vision_tower.ln_pre vision_encoder.ln_pre vision_model.layernorm_pre
        model.vision_model.pre_layrnorm vision_tower.patch_embed.patchifier.norm vision_encoder.patch_embed.norm vision_model.ln_pre
        model.vision_tower.ln_pre
        """);

    /// <summary>The tensor V_POST_NORM of projectors: vision post norm.</summary>
    public static readonly TensorKind VPostNorm = new("v.post_ln", """
        vision.norm model.vision_tower.vision_model.post_layernorm vision_tower.vision_model.post_layernorm
        model.vision_tower.post_layernorm model.vision_model.post_layernorm vision_model.layernorm_post visual.merger.ln_q
        vision_tower.encoder.final_layernorm visual.post_layernorm siglip2.vision_model.post_layernorm model.qwen2_model.model.model.norm
        model.vision_tower.ln_post
        """);

    /// <summary>The tensor V_MM_POST_NORM of projectors: vision projector post norm.</summary>
    public static readonly TensorKind VMmPostNorm = new("mm.post_norm", """
        visual.merger.post_projection_norm vision_tower.post_trunk_norm vision_encoder.post_trunk_norm vit.perceive.after_rms
        """);

    /// <summary>The tensor V_MM_INP_PROJ of projectors: vision projector input projection.</summary>
    public static readonly TensorKind VMmInpProj = new("mm.input_projection", """
        model.embed_vision.embedding_projection multi_modal_projector.mm_input_projection
        """);

    /// <summary>The tensor V_MM_INP_NORM of projectors: vision projector input norm.</summary>
    public static readonly TensorKind VMmInpNorm = new("mm.input_norm", """
        multi_modal_projector.norm multi_modal_projector.layer_norm multi_modal_projector.pre_norm mm_projector.pre_norm
        pre_mm_projector_norm model.vision.linear_proj.norm1 mlp_AR.pre_norm merger.ln_q vision_tower.merger.ln_q
        vision_encoder.adapter.ln_q model.merger.mlp.0.pre_norm
        """);

    /// <summary>The tensor V_MM_SOFT_EMB_NORM of projectors: vision projector soft emb norm.</summary>
    public static readonly TensorKind VMmSoftEmbNorm = new("mm.soft_emb_norm", """
        model.embed_vision.soft_embedding_norm multi_modal_projector.mm_soft_emb_norm
        """);

    /// <summary>The tensor V_RESMPL_POS_EMBD_K of projectors: vision resmpl position embedding key.</summary>
    public static readonly TensorKind VResmplPosEmbdK = new("resampler.pos_embd_k", """
        resampler.pos_embed_k
        """);

    /// <summary>The tensor V_RESMPL_ATTN_Q of projectors: vision resmpl attention query.</summary>
    public static readonly TensorKind VResmplAttnQ = new("resampler.attn.q", """
        resampler.attn.in_proj_q
        """);

    /// <summary>The tensor V_RESMPL_ATTN_K of projectors: vision resmpl attention key.</summary>
    public static readonly TensorKind VResmplAttnK = new("resampler.attn.k", """
        resampler.attn.in_proj_k
        """);

    /// <summary>The tensor V_RESMPL_ATTN_V of projectors: vision resmpl attention value.</summary>
    public static readonly TensorKind VResmplAttnV = new("resampler.attn.v", """
        resampler.attn.in_proj_v
        """);

    /// <summary>The tensor V_RESMPL_ATTN_OUT of projectors: vision resmpl attention output.</summary>
    public static readonly TensorKind VResmplAttnOut = new("resampler.attn.out", """
        resampler.attn.out_proj model.vision_model.head.attention.out_proj
        """);

    /// <summary>The tensor V_RESMPL_KV of projectors: vision resmpl keys and values.</summary>
    public static readonly TensorKind VResmplKv = new("resampler.kv", """
        resampler.kv_proj
        """);

    /// <summary>The tensor V_RESMPL_POST_NORM of projectors: vision resmpl post norm.</summary>
    public static readonly TensorKind VResmplPostNorm = new("resampler.ln_post", """
        resampler.ln_post
        """);

    /// <summary>The tensor V_RESMPL_KV_NORM of projectors: vision resmpl keys and values norm.</summary>
    public static readonly TensorKind VResmplKvNorm = new("resampler.ln_kv", """
        resampler.ln_kv
        """);

    /// <summary>The tensor V_RESMPL_Q_NORM of projectors: vision resmpl query norm.</summary>
    public static readonly TensorKind VResmplQNorm = new("resampler.ln_q", """
        resampler.ln_q
        """);

    /// <summary>The tensor V_RESMPL_PROJ of projectors: vision resmpl projection.</summary>
    public static readonly TensorKind VResmplProj = new("resampler.proj", """
        resampler.proj
        """);

    /// <summary>The tensor V_RESMPL_QUERY of projectors: vision resmpl query.</summary>
    public static readonly TensorKind VResmplQuery = new("resampler.query", """
        resampler.query
        """);

    /// <summary>The tensor V_TOK_EMBD_IMG_BREAK of projectors: vision tok embedding img break.</summary>
    public static readonly TensorKind VTokEmbdImgBreak = new("v.token_embd.img_break", """
        v.token_embd.img_break
        """);

    /// <summary>The tensor V_TOK_EMBD_IMG_START of projectors: vision tok embedding img start.</summary>
    public static readonly TensorKind VTokEmbdImgStart = new("v.token_embd.img_start", """
        image_start
        """);

    /// <summary>The tensor V_TOK_EMBD_IMG_END of projectors: vision tok embedding img end.</summary>
    public static readonly TensorKind VTokEmbdImgEnd = new("v.token_embd.img_end", """
        image_end
        """);

    /// <summary>The tensor V_TOK_EMBD_IMG_PAD of projectors: vision tok embedding img pad.</summary>
    public static readonly TensorKind VTokEmbdImgPad = new("v.token_embd.img_pad", """
        image_pad
        """);

    /// <summary>The tensor V_MM_PATCH_MERGER of projectors: vision projector patch merger.</summary>
    public static readonly TensorKind VMmPatchMerger = new("mm.patch_merger", """
        multi_modal_projector.patch_merger.merging_layer patch_merger.merging_layer visual.downsample
        """);

    /// <summary>The tensor V_MM_MERGER_FC1 of projectors: vision projector merger fc1.</summary>
    public static readonly TensorKind VMmMergerFc1 = new("mm.merger.fc1", """
        patch_merge_mlp.linear_1
        """);

    /// <summary>The tensor V_MM_MERGER_FC2 of projectors: vision projector merger fc2.</summary>
    public static readonly TensorKind VMmMergerFc2 = new("mm.merger.fc2", """
        patch_merge_mlp.linear_2
        """);

    /// <summary>The tensor V_DS_NORM of projectors: vision deep stack norm.</summary>
    public static readonly TensorKind VDsNorm = new("v.deepstack.{bid}.norm", """
        model.visual.deepstack_merger_list.{bid}.norm
        """);

    /// <summary>The tensor V_DS_FC1 of projectors: vision deep stack fc1.</summary>
    public static readonly TensorKind VDsFc1 = new("v.deepstack.{bid}.fc1", """
        model.visual.deepstack_merger_list.{bid}.linear_fc1
        """);

    /// <summary>The tensor V_DS_FC2 of projectors: vision deep stack fc2.</summary>
    public static readonly TensorKind VDsFc2 = new("v.deepstack.{bid}.fc2", """
        model.visual.deepstack_merger_list.{bid}.linear_fc2
        """);

    /// <summary>The tensor V_MERGER_LN1 of projectors: vision merger ln1.</summary>
    public static readonly TensorKind VMergerLn1 = new("v.vit_merger.ln1", """
        model.vision_tower.vit_merger.layer_norm1
        """);

    /// <summary>The tensor V_MERGER_ATTN_Q of projectors: vision merger attention query.</summary>
    public static readonly TensorKind VMergerAttnQ = new("v.vit_merger.attn_q", """
        model.vision_tower.vit_merger.self_attn.q_proj
        """);

    /// <summary>The tensor V_MERGER_ATTN_K of projectors: vision merger attention key.</summary>
    public static readonly TensorKind VMergerAttnK = new("v.vit_merger.attn_k", """
        model.vision_tower.vit_merger.self_attn.k_proj
        """);

    /// <summary>The tensor V_MERGER_ATTN_V of projectors: vision merger attention value.</summary>
    public static readonly TensorKind VMergerAttnV = new("v.vit_merger.attn_v", """
        model.vision_tower.vit_merger.self_attn.v_proj
        """);

    /// <summary>The tensor V_MERGER_ATTN_O of projectors: vision merger attention output.</summary>
    public static readonly TensorKind VMergerAttnO = new("v.vit_merger.attn_out", """
        model.vision_tower.vit_merger.self_attn.out_proj
        """);

    /// <summary>The tensor V_MERGER_DS_LN of projectors: vision merger deep stack norm.</summary>
    public static readonly TensorKind VMergerDsLn = new("v.vit_merger.ds_ln", """
        model.vision_tower.vit_merger.pre_norm
        """);

    /// <summary>The tensor V_MERGER_DS_UP of projectors: vision merger deep stack up.</summary>
    public static readonly TensorKind VMergerDsUp = new("v.vit_merger.ds_ffn_up", """
        model.vision_tower.vit_merger.linear_1
        """);

    /// <summary>The tensor V_MERGER_DS_DOWN of projectors: vision merger deep stack down.</summary>
    public static readonly TensorKind VMergerDsDown = new("v.vit_merger.ds_ffn_down", """
        model.vision_tower.vit_merger.linear_2
        """);

    /// <summary>The tensor V_SAM_POS_EMBD of projectors: vision SAM position embedding.</summary>
    public static readonly TensorKind VSamPosEmbd = new("v.sam.pos_embd", """
        model.sam_model.pos_embed
        """);

    /// <summary>The tensor V_SAM_PATCH_EMBD of projectors: vision SAM patch embedding.</summary>
    public static readonly TensorKind VSamPatchEmbd = new("v.sam.patch_embd", """
        model.sam_model.patch_embed.proj
        """);

    /// <summary>The tensor V_SAM_PRE_NORM of projectors: vision SAM pre norm.</summary>
    public static readonly TensorKind VSamPreNorm = new("v.sam.blk.{bid}.pre_ln", """
        model.sam_model.blocks.{bid}.norm1
        """);

    /// <summary>The tensor V_SAM_POST_NORM of projectors: vision SAM post norm.</summary>
    public static readonly TensorKind VSamPostNorm = new("v.sam.blk.{bid}.post_ln", """
        model.sam_model.blocks.{bid}.norm2
        """);

    /// <summary>The tensor V_SAM_ATTN_POS_H of projectors: vision SAM attention position h.</summary>
    public static readonly TensorKind VSamAttnPosH = new("v.sam.blk.{bid}.attn.pos_h", """
        model.sam_model.blocks.{bid}.attn.rel_pos_h
        """);

    /// <summary>The tensor V_SAM_ATTN_POS_W of projectors: vision SAM attention position w.</summary>
    public static readonly TensorKind VSamAttnPosW = new("v.sam.blk.{bid}.attn.pos_w", """
        model.sam_model.blocks.{bid}.attn.rel_pos_w
        """);

    /// <summary>The tensor V_SAM_ATTN_QKV of projectors: vision SAM attention query, key and value.</summary>
    public static readonly TensorKind VSamAttnQkv = new("v.sam.blk.{bid}.attn.qkv", """
        model.sam_model.blocks.{bid}.attn.qkv
        """);

    /// <summary>The tensor V_SAM_ATTN_OUT of projectors: vision SAM attention output.</summary>
    public static readonly TensorKind VSamAttnOut = new("v.sam.blk.{bid}.attn.out", """
        model.sam_model.blocks.{bid}.attn.proj
        """);

    /// <summary>The tensor V_SAM_MLP_LIN_1 of projectors: vision SAM mlp lin 1.</summary>
    public static readonly TensorKind VSamMlpLin1 = new("v.sam.blk.{bid}.mlp.lin1", """
        model.sam_model.blocks.{bid}.mlp.lin1
        """);

    /// <summary>The tensor V_SAM_MLP_LIN_2 of projectors: vision SAM mlp lin 2.</summary>
    public static readonly TensorKind VSamMlpLin2 = new("v.sam.blk.{bid}.mlp.lin2", """
        model.sam_model.blocks.{bid}.mlp.lin2
        """);

    /// <summary>The tensor V_SAM_NECK of projectors: vision SAM neck.</summary>
    public static readonly TensorKind VSamNeck = new("v.sam.neck.{bid}", """
        model.sam_model.neck.{bid}
        """);

    /// <summary>The tensor V_SAM_NET_2 of projectors: vision SAM net 2.</summary>
    public static readonly TensorKind VSamNet2 = new("v.sam.net_2", """
        model.sam_model.net_2
        """);

    /// <summary>The tensor V_SAM_NET_3 of projectors: vision SAM net 3.</summary>
    public static readonly TensorKind VSamNet3 = new("v.sam.net_3", """
        model.sam_model.net_3
        """);

    /// <summary>The tensor V_RESMPL_QUERY_768 of projectors: vision resmpl query 768.</summary>
    public static readonly TensorKind VResmplQuery768 = new("v.resample_query_768", """
        model.qwen2_model.query_768
        """);

    /// <summary>The tensor V_RESMPL_QUERY_1024 of projectors: vision resmpl query 1024.</summary>
    public static readonly TensorKind VResmplQuery1024 = new("v.resample_query_1024", """
        model.qwen2_model.query_1024
        """);

    /// <summary>The tensor V_MM_POST_FC_NORM of projectors: vision projector post layer norm.</summary>
    public static readonly TensorKind VMmPostFcNorm = new("mm.post_fc_norm", """
        model.vision.linear_proj.norm1
        """);

    /// <summary>The tensor V_MM_UP of projectors: vision projector up.</summary>
    public static readonly TensorKind VMmUp = new("mm.up", """
        model.vision.linear_proj.dense_h_to_4h visual.merger.up_proj model.merger.mlp.0.linear_1
        """);

    /// <summary>The tensor V_MM_DOWN of projectors: vision projector down.</summary>
    public static readonly TensorKind VMmDown = new("mm.down", """
        model.vision.linear_proj.dense_4h_to_h visual.merger.down_proj model.merger.mlp.0.linear_2
        """);

    /// <summary>The tensor V_MM_GATE of projectors: vision projector gate.</summary>
    public static readonly TensorKind VMmGate = new("mm.gate", """
        model.vision.linear_proj.gate_proj visual.merger.gate_proj
        """);

    /// <summary>The tensor V_TOK_BOI of projectors: vision tok boi.</summary>
    public static readonly TensorKind VTokBoi = new("v.boi", """
        model.vision.boi
        """);

    /// <summary>The tensor V_TOK_EOI of projectors: vision tok eoi.</summary>
    public static readonly TensorKind VTokEoi = new("v.eoi", """
        model.vision.eoi
        """);

    /// <summary>The tensor V_MM_PRE_NORM of projectors: vision projector pre norm.</summary>
    public static readonly TensorKind VMmPreNorm = new("mm.pre_norm", """
        vit.perceive.before_rms
        """);

    /// <summary>The tensor V_TOK_IMG_BEGIN of projectors: vision tok img begin.</summary>
    public static readonly TensorKind VTokImgBegin = new("mm.image_begin", """
        vit.perceive.image_begin
        """);

    /// <summary>The tensor V_TOK_IMG_END of projectors: vision tok img end.</summary>
    public static readonly TensorKind VTokImgEnd = new("mm.image_end", """
        vit.perceive.image_end
        """);

    /// <summary>The tensor V_STD_BIAS of projectors: vision std bias.</summary>
    public static readonly TensorKind VStdBias = new("v.std_bias", """
        model.vision_tower.std_bias
        """);

    /// <summary>The tensor V_STD_SCALE of projectors: vision std scale.</summary>
    public static readonly TensorKind VStdScale = new("v.std_scale", """
        model.vision_tower.std_scale
        """);

    /// <summary>The tensor V_MULTI_PROJ_IMG_POS of projectors: vision multi projection img position.</summary>
    public static readonly TensorKind VMultiProjImgPos = new("v.proj_blk.{bid}.img_pos", """
        model.layerwise_projectors.{bid}.image_positions model.spatial_projectors.{bid}.image_positions
        """);

    /// <summary>The tensor V_MULTI_PROJ_QUERY of projectors: vision multi projection query.</summary>
    public static readonly TensorKind VMultiProjQuery = new("v.proj_blk.{bid}.query", """
        model.layerwise_projectors.{bid}.query model.spatial_projectors.{bid}.query
        """);

    /// <summary>The tensor V_MULTI_PROJ_LINEAR of projectors: vision multi projection linear.</summary>
    public static readonly TensorKind VMultiProjLinear = new("v.proj_blk.{bid}.linear", """
        model.layerwise_projectors.{bid}.out_linear model.spatial_projectors.{bid}.out_linear
        """);

    /// <summary>The tensor V_MULTI_PROJ_NORM of projectors: vision multi projection norm.</summary>
    public static readonly TensorKind VMultiProjNorm = new("v.proj_blk.{bid}.norm", """
        model.layerwise_projectors.{bid}.norm model.spatial_projectors.{bid}.norm
        """);

    /// <summary>The tensor V_MULTI_PROJ_POST_NORM of projectors: vision multi projection post norm.</summary>
    public static readonly TensorKind VMultiProjPostNorm = new("v.proj_blk.{bid}.post_norm", """
        model.layerwise_projectors.{bid}.qformer.layernorm model.spatial_projectors.{bid}.qformer.layernorm
        """);

    /// <summary>The tensor V_QF_SELF_ATTN_Q of projectors: vision query former self attention query.</summary>
    public static readonly TensorKind VQfSelfAttnQ = new("v.proj_blk.{bid}.self_attn_q", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.attention.attention.query
        model.spatial_projectors.qformer.encoder.layer.{bid}.attention.attention.query
        """);

    /// <summary>The tensor V_QF_SELF_ATTN_K of projectors: vision query former self attention key.</summary>
    public static readonly TensorKind VQfSelfAttnK = new("v.proj_blk.{bid}.self_attn_k", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.attention.attention.key
        model.spatial_projectors.qformer.encoder.layer.{bid}.attention.attention.key
        """);

    /// <summary>The tensor V_QF_SELF_ATTN_V of projectors: vision query former self attention value.</summary>
    public static readonly TensorKind VQfSelfAttnV = new("v.proj_blk.{bid}.self_attn_v", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.attention.attention.value
        model.spatial_projectors.qformer.encoder.layer.{bid}.attention.attention.value
        """);

    /// <summary>The tensor V_QF_SELF_ATTN_O of projectors: vision query former self attention output.</summary>
    public static readonly TensorKind VQfSelfAttnO = new("v.proj_blk.{bid}.self_attn_out", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.attention.output.dense
        model.spatial_projectors.qformer.encoder.layer.{bid}.attention.output.dense
        """);

    /// <summary>The tensor V_QF_SELF_ATTN_NORM of projectors: vision query former self attention norm.</summary>
    public static readonly TensorKind VQfSelfAttnNorm = new("v.proj_blk.{bid}.self_attn_norm", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.attention.output.LayerNorm
        model.spatial_projectors.qformer.encoder.layer.{bid}.attention.output.LayerNorm
        """);

    /// <summary>The tensor V_QF_CROSS_ATTN_Q of projectors: vision query former cross attention query.</summary>
    public static readonly TensorKind VQfCrossAttnQ = new("v.proj_blk.{bid}.cross_attn_q", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.crossattention.attention.query
        model.spatial_projectors.qformer.encoder.layer.{bid}.crossattention.attention.query
        """);

    /// <summary>The tensor V_QF_CROSS_ATTN_K of projectors: vision query former cross attention key.</summary>
    public static readonly TensorKind VQfCrossAttnK = new("v.proj_blk.{bid}.cross_attn_k", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.crossattention.attention.key
        model.spatial_projectors.qformer.encoder.layer.{bid}.crossattention.attention.key
        """);

    /// <summary>The tensor V_QF_CROSS_ATTN_V of projectors: vision query former cross attention value.</summary>
    public static readonly TensorKind VQfCrossAttnV = new("v.proj_blk.{bid}.cross_attn_v", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.crossattention.attention.value
        model.spatial_projectors.qformer.encoder.layer.{bid}.crossattention.attention.value
        """);

    /// <summary>The tensor V_QF_CROSS_ATTN_O of projectors: vision query former cross attention output.</summary>
    public static readonly TensorKind VQfCrossAttnO = new("v.proj_blk.{bid}.cross_attn_out", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.crossattention.output.dense
        model.spatial_projectors.qformer.encoder.layer.{bid}.crossattention.output.dense
        """);

    /// <summary>The tensor V_QF_CROSS_ATTN_NORM of projectors: vision query former cross attention norm.</summary>
    public static readonly TensorKind VQfCrossAttnNorm = new("v.proj_blk.{bid}.cross_attn_norm", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.crossattention.output.LayerNorm
        model.spatial_projectors.qformer.encoder.layer.{bid}.crossattention.output.LayerNorm
        """);

    /// <summary>The tensor V_QF_FFN_UP of projectors: vision query former feed-forward up.</summary>
    public static readonly TensorKind VQfFfnUp = new("v.proj_blk.{bid}.ffn_up", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.intermediate_query.dense
        model.spatial_projectors.qformer.encoder.layer.{bid}.intermediate_query.dense
        """);

    /// <summary>The tensor V_QF_FFN_DOWN of projectors: vision query former feed-forward down.</summary>
    public static readonly TensorKind VQfFfnDown = new("v.proj_blk.{bid}.ffn_down", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.output_query.dense
        model.spatial_projectors.qformer.encoder.layer.{bid}.output_query.dense
        """);

    /// <summary>The tensor V_QF_FFN_NORM of projectors: vision query former feed-forward norm.</summary>
    public static readonly TensorKind VQfFfnNorm = new("v.proj_blk.{bid}.ffn_norm", """
        model.layerwise_projectors.qformer.encoder.layer.{bid}.output_query.LayerNorm
        model.spatial_projectors.qformer.encoder.layer.{bid}.output_query.LayerNorm
        """);
}
