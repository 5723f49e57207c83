using GGUFPacker.Conversion.Architectures;

namespace GGUFPacker.Conversion.Projectors;

/// <summary>
/// The kinds of tensors of multimodal projectors with the names that checkpoints have for them, after gguf-py's tensor mapping (llama.cpp v0.5.0).
/// This part: audio.
/// </summary>
internal static partial class ProjectorKinds
{
    /// <summary>The tensor A_CTC_OUT of projectors: audio ctc output.</summary>
    public static readonly TensorKind ACtcOut = new("a.enc_ctc_out", """
        encoder.out
        """);

    /// <summary>The tensor A_CTC_OUT_MID of projectors: audio ctc output mid.</summary>
    public static readonly TensorKind ACtcOutMid = new("a.enc_ctc_out_mid", """
        encoder.out_mid
        """);

    /// <summary>The tensor A_QF_PROJ_QUERY of projectors: audio query former projection query.</summary>
    public static readonly TensorKind AQfProjQuery = new("a.proj_query", """
        projector.query
        """);

    /// <summary>The tensor A_QF_PROJ_NORM of projectors: audio query former projection norm.</summary>
    public static readonly TensorKind AQfProjNorm = new("a.proj_norm", """
        projector.qformer.layernorm
        """);

    /// <summary>The tensor A_QF_PROJ_LINEAR of projectors: audio query former projection linear.</summary>
    public static readonly TensorKind AQfProjLinear = new("a.proj_linear", """
        projector.linear
        """);

    /// <summary>The tensor A_ENC_EMBD_POS of projectors: audio encoder embedding position.</summary>
    public static readonly TensorKind AEncEmbdPos = new("a.position_embd", """
        audio_tower.embed_positions audio_embedding.embedding
        """) { IsAlwaysFloat32 = true };

    /// <summary>The tensor A_ENC_EMBD_NORM of projectors: audio encoder embedding norm.</summary>
    public static readonly TensorKind AEncEmbdNorm = new("a.position_embd_norm", """
        audio_embedding.embedding_norm
        """);

    /// <summary>The tensor A_ENC_EMBD_TO_LOGITS of projectors: audio encoder embedding to logits.</summary>
    public static readonly TensorKind AEncEmbdToLogits = new("a.embd_to_logits", """
        audio_embedding.to_logits
        """);

    /// <summary>The tensor A_ENC_CONV1D of projectors: audio encoder conv1d.</summary>
    public static readonly TensorKind AEncConv1d = new("a.conv1d.{bid}", """
        audio_tower.conv{bid} conformer.pre_encode.conv.{bid} model.audio_tower.subsample_conv_projection.conv_{bid}.conv
        conformer.subsample_conv_projection.layer{bid}.conv sound_encoder.encoder.subsampling.layers.{bid} encoder.conv{bid}
        speaker_encoder.blocks.{bid}.conv
        """);

    /// <summary>The tensor A_ENC_CONV1D_NORM of projectors: audio encoder conv1d norm.</summary>
    public static readonly TensorKind AEncConv1dNorm = new("a.conv1d.{bid}.norm", """
        conformer.subsample_conv_projection.layer{bid}.norm
        """);

    /// <summary>The tensor A_ENC_INP_PROJ of projectors: audio encoder input projection.</summary>
    public static readonly TensorKind AEncInpProj = new("a.input_projection", """
        conformer.subsample_conv_projection.input_proj_linear encoder.input_linear
        """);

    /// <summary>The tensor A_ENC_CONV2D of projectors: audio encoder conv2d.</summary>
    public static readonly TensorKind AEncConv2d = new("a.conv2d.{bid}", """
        audio_tower.conv2d{bid} audio_encoder.dots_encoder.speech_encoder.conv2d{bid}
        """);

    /// <summary>The tensor A_ENC_CONV_OUT of projectors: audio encoder conv output.</summary>
    public static readonly TensorKind AEncConvOut = new("a.conv_out", """
        audio_tower.conv_out audio_encoder.dots_encoder.speech_encoder.conv_out speaker_encoder.mfa.conv
        """);

    /// <summary>The tensor A_PRE_NORM of projectors: audio pre norm.</summary>
    public static readonly TensorKind APreNorm = new("a.pre_ln", """

        """);

    /// <summary>The tensor A_POST_NORM of projectors: audio post norm.</summary>
    public static readonly TensorKind APostNorm = new("a.post_ln", """
        audio_tower.layer_norm audio_encoder.dots_encoder.speech_encoder.layer_norm audio_tower.ln_post encoder.layer_norm
        """);

    /// <summary>The tensor A_ENC_ATTN_Q of projectors: audio encoder attention query.</summary>
    public static readonly TensorKind AEncAttnQ = new("a.blk.{bid}.attn_q", """
        audio_tower.layers.{bid}.self_attn.q_proj audio_encoder.dots_encoder.speech_encoder.layers.{bid}.self_attn.q_proj
        conformer.layers.{bid}.self_attn.linear_q conformer.layers.{bid}.attention.attn.q_proj conformer.layers.{bid}.self_attn.q_proj
        sound_encoder.encoder.layers.{bid}.self_attn.q_proj encoder.layers.{bid}.attn.to_q encoder.layers.{bid}.self_attn.q_proj
        """);

    /// <summary>The tensor A_ENC_ATTN_K of projectors: audio encoder attention key.</summary>
    public static readonly TensorKind AEncAttnK = new("a.blk.{bid}.attn_k", """
        audio_tower.layers.{bid}.self_attn.k_proj audio_encoder.dots_encoder.speech_encoder.layers.{bid}.self_attn.k_proj
        conformer.layers.{bid}.self_attn.linear_k conformer.layers.{bid}.attention.attn.k_proj conformer.layers.{bid}.self_attn.k_proj
        sound_encoder.encoder.layers.{bid}.self_attn.k_proj encoder.layers.{bid}.attn.to_k encoder.layers.{bid}.self_attn.k_proj
        """);

    /// <summary>The tensor A_ENC_ATTN_V of projectors: audio encoder attention value.</summary>
    public static readonly TensorKind AEncAttnV = new("a.blk.{bid}.attn_v", """
        audio_tower.layers.{bid}.self_attn.v_proj audio_encoder.dots_encoder.speech_encoder.layers.{bid}.self_attn.v_proj
        conformer.layers.{bid}.self_attn.linear_v conformer.layers.{bid}.attention.attn.v_proj conformer.layers.{bid}.self_attn.v_proj
        sound_encoder.encoder.layers.{bid}.self_attn.v_proj encoder.layers.{bid}.attn.to_v encoder.layers.{bid}.self_attn.v_proj
        """);

    /// <summary>The tensor A_ENC_ATTN_K_REL of projectors: audio encoder attention key rel.</summary>
    public static readonly TensorKind AEncAttnKRel = new("a.blk.{bid}.attn_k_rel", """
        conformer.layers.{bid}.self_attn.relative_k_proj
        """);

    /// <summary>The tensor A_ENC_ATTN_POST_NORM of projectors: audio encoder attention post norm.</summary>
    public static readonly TensorKind AEncAttnPostNorm = new("a.blk.{bid}.attn_post_norm", """
        conformer.layers.{bid}.norm_post_attn
        """);

    /// <summary>The tensor A_ENC_ATTN_PRE_NORM of projectors: audio encoder attention pre norm.</summary>
    public static readonly TensorKind AEncAttnPreNorm = new("a.blk.{bid}.attn_pre_norm", """
        conformer.layers.{bid}.norm_pre_attn
        """);

    /// <summary>The tensor A_ENC_PER_DIM_SCALE of projectors: audio encoder per dim scale.</summary>
    public static readonly TensorKind AEncPerDimScale = new("a.blk.{bid}.per_dim_scale", """
        conformer.layers.{bid}.attention.attn.per_dim_scale conformer.layers.{bid}.self_attn.per_dim_scale
        """);

    /// <summary>The tensor A_ENC_LAYER_PRE_NORM of projectors: audio encoder layer pre norm.</summary>
    public static readonly TensorKind AEncLayerPreNorm = new("a.blk.{bid}.layer_pre_norm", """
        conformer.layers.{bid}.norm
        """);

    /// <summary>The tensor A_ENC_INPUT_NORM of projectors: audio encoder input norm.</summary>
    public static readonly TensorKind AEncInputNorm = new("a.blk.{bid}.ln1", """
        audio_tower.layers.{bid}.self_attn_layer_norm audio_encoder.dots_encoder.speech_encoder.layers.{bid}.self_attn_layer_norm
        conformer.layers.{bid}.norm_self_att conformer.layers.{bid}.attention.pre_attn_norm sound_encoder.encoder.layers.{bid}.norm_self_att
        encoder.layers.{bid}.attn.pre_norm encoder.layers.{bid}.self_attn_layer_norm
        """);

    /// <summary>The tensor A_ENC_OUTPUT of projectors: audio encoder output.</summary>
    public static readonly TensorKind AEncOutput = new("a.blk.{bid}.attn_out", """
        audio_tower.layers.{bid}.self_attn.out_proj audio_encoder.dots_encoder.speech_encoder.layers.{bid}.self_attn.out_proj
        conformer.layers.{bid}.self_attn.linear_out conformer.layers.{bid}.attention.post conformer.layers.{bid}.self_attn.post
        sound_encoder.encoder.layers.{bid}.self_attn.o_proj encoder.layers.{bid}.attn.to_out encoder.layers.{bid}.self_attn.out_proj
        """);

    /// <summary>The tensor A_ENC_OUTPUT_NORM of projectors: audio encoder output norm.</summary>
    public static readonly TensorKind AEncOutputNorm = new("a.blk.{bid}.ln2", """
        audio_tower.layers.{bid}.final_layer_norm audio_encoder.dots_encoder.speech_encoder.layers.{bid}.final_layer_norm
        conformer.layers.{bid}.norm_out conformer.layers.{bid}.attention.post_norm sound_encoder.encoder.layers.{bid}.norm_out
        encoder.layers.{bid}.post_norm encoder.layers.{bid}.final_layer_norm
        """);

    /// <summary>The tensor A_ENC_FFN_NORM of projectors: audio encoder feed-forward norm.</summary>
    public static readonly TensorKind AEncFfnNorm = new("a.blk.{bid}.ffn_norm", """
        conformer.layers.{bid}.norm_feed_forward1 conformer.layers.{bid}.ffw_layer_start.pre_layer_norm
        conformer.layers.{bid}.feed_forward1.pre_layer_norm sound_encoder.encoder.layers.{bid}.norm_feed_forward1
        encoder.layers.{bid}.ff1.pre_norm
        """);

    /// <summary>The tensor A_ENC_FFN_POST_NORM of projectors: audio encoder feed-forward post norm.</summary>
    public static readonly TensorKind AEncFfnPostNorm = new("a.blk.{bid}.ffn_post_norm", """
        conformer.layers.{bid}.ffw_layer_start.post_layer_norm conformer.layers.{bid}.feed_forward1.post_layer_norm
        """);

    /// <summary>The tensor A_ENC_FFN_SCALE of projectors: audio encoder feed-forward scale.</summary>
    public static readonly TensorKind AEncFfnScale = new("a.blk.{bid}.ffn_scale", """
        conformer.layers.{bid}.ffw_layer_start.post_layer_scale
        """);

    /// <summary>The tensor A_ENC_FFN_UP of projectors: audio encoder feed-forward up.</summary>
    public static readonly TensorKind AEncFfnUp = new("a.blk.{bid}.ffn_up", """
        audio_encoder.dots_encoder.speech_encoder.layers.{bid}.fc1_up audio_tower.layers.{bid}.fc1
        conformer.layers.{bid}.feed_forward1.linear1 conformer.layers.{bid}.ffw_layer_start.ffw_layer_1
        conformer.layers.{bid}.feed_forward1.ffw_layer_1 sound_encoder.encoder.layers.{bid}.feed_forward1.linear1
        encoder.layers.{bid}.ff1.up_proj encoder.layers.{bid}.fc1
        """);

    /// <summary>The tensor A_ENC_FFN_GATE of projectors: audio encoder feed-forward gate.</summary>
    public static readonly TensorKind AEncFfnGate = new("a.blk.{bid}.ffn_gate", """
        audio_encoder.dots_encoder.speech_encoder.layers.{bid}.fc1_gate
        """);

    /// <summary>The tensor A_ENC_FFN_DOWN of projectors: audio encoder feed-forward down.</summary>
    public static readonly TensorKind AEncFfnDown = new("a.blk.{bid}.ffn_down", """
        audio_encoder.dots_encoder.speech_encoder.layers.{bid}.fc2 audio_tower.layers.{bid}.fc2 conformer.layers.{bid}.feed_forward1.linear2
        conformer.layers.{bid}.ffw_layer_start.ffw_layer_2 conformer.layers.{bid}.feed_forward1.ffw_layer_2
        sound_encoder.encoder.layers.{bid}.feed_forward1.linear2 encoder.layers.{bid}.ff1.down_proj encoder.layers.{bid}.fc2
        """);

    /// <summary>The tensor A_ENC_FFN_UP_1 of projectors: audio encoder feed-forward up 1.</summary>
    public static readonly TensorKind AEncFfnUp1 = new("a.blk.{bid}.ffn_up_1", """
        conformer.layers.{bid}.feed_forward2.linear1 conformer.layers.{bid}.ffw_layer_end.ffw_layer_1
        conformer.layers.{bid}.feed_forward2.ffw_layer_1 sound_encoder.encoder.layers.{bid}.feed_forward2.linear1
        encoder.layers.{bid}.ff2.up_proj
        """);

    /// <summary>The tensor A_ENC_FFN_DOWN_1 of projectors: audio encoder feed-forward down 1.</summary>
    public static readonly TensorKind AEncFfnDown1 = new("a.blk.{bid}.ffn_down_1", """
        conformer.layers.{bid}.feed_forward2.linear2 conformer.layers.{bid}.ffw_layer_end.ffw_layer_2
        conformer.layers.{bid}.feed_forward2.ffw_layer_2 sound_encoder.encoder.layers.{bid}.feed_forward2.linear2
        encoder.layers.{bid}.ff2.down_proj
        """);

    /// <summary>The tensor A_ENC_FFN_NORM_1 of projectors: audio encoder feed-forward norm 1.</summary>
    public static readonly TensorKind AEncFfnNorm1 = new("a.blk.{bid}.ffn_norm_1", """
        conformer.layers.{bid}.norm_feed_forward2 conformer.layers.{bid}.ffw_layer_end.pre_layer_norm
        conformer.layers.{bid}.feed_forward2.pre_layer_norm sound_encoder.encoder.layers.{bid}.norm_feed_forward2
        encoder.layers.{bid}.ff2.pre_norm
        """);

    /// <summary>The tensor A_ENC_DOWNSAMPLE_CONV of projectors: audio encoder downsample conv.</summary>
    public static readonly TensorKind AEncDownsampleConv = new("a.downsample.conv", """
        encoder.down_sample_layer.0
        """);

    /// <summary>The tensor A_ENC_DOWNSAMPLE_NORM of projectors: audio encoder downsample norm.</summary>
    public static readonly TensorKind AEncDownsampleNorm = new("a.downsample.norm", """
        encoder.down_sample_norm
        """);

    /// <summary>The tensor A_ENC_RVQ_CODEBOOK of projectors: audio encoder rvq codebook.</summary>
    public static readonly TensorKind AEncRvqCodebook = new("a.rvq.codebook", """

        """);

    /// <summary>The tensor A_ENC_FFN_POST_NORM_1 of projectors: audio encoder feed-forward post norm 1.</summary>
    public static readonly TensorKind AEncFfnPostNorm1 = new("a.blk.{bid}.ffn_post_norm_1", """
        conformer.layers.{bid}.ffw_layer_end.post_layer_norm conformer.layers.{bid}.feed_forward2.post_layer_norm
        """);

    /// <summary>The tensor A_ENC_FFN_SCALE_1 of projectors: audio encoder feed-forward scale 1.</summary>
    public static readonly TensorKind AEncFfnScale1 = new("a.blk.{bid}.ffn_scale_1", """
        conformer.layers.{bid}.ffw_layer_end.post_layer_scale
        """);

    /// <summary>The tensor A_ENC_LINEAR_POS of projectors: audio encoder linear position.</summary>
    public static readonly TensorKind AEncLinearPos = new("a.blk.{bid}.linear_pos", """
        conformer.layers.{bid}.self_attn.linear_pos conformer.layers.{bid}.attention.attn.relative_position_embedding.pos_proj
        sound_encoder.encoder.layers.{bid}.self_attn.relative_k_proj
        """);

    /// <summary>The tensor A_ENC_POS_BIAS_U of projectors: audio encoder position bias u.</summary>
    public static readonly TensorKind AEncPosBiasU = new("a.blk.{bid}.pos_bias_u", """
        conformer.layers.{bid}.self_attn.pos_bias_u sound_encoder.encoder.layers.{bid}.self_attn.bias_u
        """);

    /// <summary>The tensor A_ENC_POS_BIAS_V of projectors: audio encoder position bias value.</summary>
    public static readonly TensorKind AEncPosBiasV = new("a.blk.{bid}.pos_bias_v", """
        conformer.layers.{bid}.self_attn.pos_bias_v sound_encoder.encoder.layers.{bid}.self_attn.bias_v
        """);

    /// <summary>The tensor A_ENC_OUT of projectors: audio encoder output.</summary>
    public static readonly TensorKind AEncOut = new("a.pre_encode.out", """
        conformer.pre_encode.out model.audio_tower.subsample_conv_projection.input_proj_linear conformer.output_proj
        sound_encoder.encoder.subsampling.linear
        """);

    /// <summary>The tensor A_MMPROJ of projectors: audio projector.</summary>
    public static readonly TensorKind AMmproj = new("mm.a.mlp.{bid}", """
        audio.multi_modal_projector.linear_{bid} audio_encoder.audio_adapter.proj.{bid} audio_adapter.model.{bid} audio_tower.proj{bid}
        sound_projection.linear{bid}
        """);

    /// <summary>The tensor A_MMPROJ_FC of projectors: audio projector layer.</summary>
    public static readonly TensorKind AMmprojFc = new("mm.a.fc", """
        audio.multi_modal_projector.linear audio_tower.proj model.audio_tower.output_proj speaker_encoder.fc
        """);

    /// <summary>The tensor A_MM_NORM_PRE of projectors: audio projector norm pre.</summary>
    public static readonly TensorKind AMmNormPre = new("mm.a.norm_pre", """
        audio.multi_modal_projector.ln_pre audio_encoder.audio_adapter.proj.0 sound_projection.norm
        """);

    /// <summary>The tensor A_MM_NORM_MID of projectors: audio projector norm mid.</summary>
    public static readonly TensorKind AMmNormMid = new("mm.a.norm_mid", """
        audio.multi_modal_projector.ln_mid
        """);

    /// <summary>The tensor A_MM_CODE_EMBD of projectors: audio projector code embedding.</summary>
    public static readonly TensorKind AMmCodeEmbd = new("mm.a.code_embd", """

        """);

    /// <summary>The tensor A_MM_LOCAL_ATTN_Q of projectors: audio projector local attention query.</summary>
    public static readonly TensorKind AMmLocalAttnQ = new("mm.a.local_blk.{bid}.attn_q", """
        audio_encoder.input_local_transformer.layers.{bid}.self_attn.q_proj
        """);

    /// <summary>The tensor A_MM_LOCAL_ATTN_K of projectors: audio projector local attention key.</summary>
    public static readonly TensorKind AMmLocalAttnK = new("mm.a.local_blk.{bid}.attn_k", """
        audio_encoder.input_local_transformer.layers.{bid}.self_attn.k_proj
        """);

    /// <summary>The tensor A_MM_LOCAL_ATTN_V of projectors: audio projector local attention value.</summary>
    public static readonly TensorKind AMmLocalAttnV = new("mm.a.local_blk.{bid}.attn_v", """
        audio_encoder.input_local_transformer.layers.{bid}.self_attn.v_proj
        """);

    /// <summary>The tensor A_MM_LOCAL_ATTN_OUT of projectors: audio projector local attention output.</summary>
    public static readonly TensorKind AMmLocalAttnOut = new("mm.a.local_blk.{bid}.attn_out", """
        audio_encoder.input_local_transformer.layers.{bid}.self_attn.o_proj
        """);

    /// <summary>The tensor A_MM_LOCAL_FFN_GATE of projectors: audio projector local feed-forward gate.</summary>
    public static readonly TensorKind AMmLocalFfnGate = new("mm.a.local_blk.{bid}.ffn_gate", """
        audio_encoder.input_local_transformer.layers.{bid}.mlp.gate_proj
        """);

    /// <summary>The tensor A_MM_LOCAL_FFN_UP of projectors: audio projector local feed-forward up.</summary>
    public static readonly TensorKind AMmLocalFfnUp = new("mm.a.local_blk.{bid}.ffn_up", """
        audio_encoder.input_local_transformer.layers.{bid}.mlp.up_proj
        """);

    /// <summary>The tensor A_MM_LOCAL_FFN_DOWN of projectors: audio projector local feed-forward down.</summary>
    public static readonly TensorKind AMmLocalFfnDown = new("mm.a.local_blk.{bid}.ffn_down", """
        audio_encoder.input_local_transformer.layers.{bid}.mlp.down_proj
        """);

    /// <summary>The tensor A_MM_LOCAL_LN1 of projectors: audio projector local ln1.</summary>
    public static readonly TensorKind AMmLocalLn1 = new("mm.a.local_blk.{bid}.ln1", """
        audio_encoder.input_local_transformer.layers.{bid}.input_layernorm
        """);

    /// <summary>The tensor A_MM_LOCAL_LN2 of projectors: audio projector local ln2.</summary>
    public static readonly TensorKind AMmLocalLn2 = new("mm.a.local_blk.{bid}.ln2", """
        audio_encoder.input_local_transformer.layers.{bid}.post_attention_layernorm
        """);

    /// <summary>The tensor A_MM_LOCAL_NORM of projectors: audio projector local norm.</summary>
    public static readonly TensorKind AMmLocalNorm = new("mm.a.local_norm", """
        audio_encoder.input_local_transformer.norm
        """);

    /// <summary>The tensor A_ENC_CONV_DW of projectors: audio encoder conv dw.</summary>
    public static readonly TensorKind AEncConvDw = new("a.blk.{bid}.conv_dw", """
        conformer.layers.{bid}.conv.depthwise_conv conformer.layers.{bid}.lconv1d.depthwise_conv1d
        sound_encoder.encoder.layers.{bid}.conv.depthwise_conv encoder.layers.{bid}.conv.depth_conv.conv
        """);

    /// <summary>The tensor A_ENC_CONV_NORM of projectors: audio encoder conv norm.</summary>
    public static readonly TensorKind AEncConvNorm = new("a.blk.{bid}.conv_norm", """
        conformer.layers.{bid}.conv.batch_norm conformer.layers.{bid}.lconv1d.pre_layer_norm sound_encoder.encoder.layers.{bid}.conv.norm
        """);

    /// <summary>The tensor A_ENC_CONV_NORM_MEAN of projectors: audio encoder conv norm mean.</summary>
    public static readonly TensorKind AEncConvNormMean = new("a.blk.{bid}.conv_norm_mean", """
        sound_encoder.encoder.layers.{bid}.conv.norm.running_mean
        """);

    /// <summary>The tensor A_ENC_CONV_NORM_VAR of projectors: audio encoder conv norm var.</summary>
    public static readonly TensorKind AEncConvNormVar = new("a.blk.{bid}.conv_norm_var", """
        sound_encoder.encoder.layers.{bid}.conv.norm.running_var encoder.layers.{bid}.conv.batch_norm
        """);

    /// <summary>The tensor A_ENC_CONV_PW1 of projectors: audio encoder conv pw1.</summary>
    public static readonly TensorKind AEncConvPw1 = new("a.blk.{bid}.conv_pw1", """
        conformer.layers.{bid}.conv.pointwise_conv1 conformer.layers.{bid}.lconv1d.linear_start
        sound_encoder.encoder.layers.{bid}.conv.pointwise_conv1 encoder.layers.{bid}.conv.up_conv speaker_encoder.blocks.{bid}.tdnn1.conv
        """);

    /// <summary>The tensor A_ENC_CONV_PW2 of projectors: audio encoder conv pw2.</summary>
    public static readonly TensorKind AEncConvPw2 = new("a.blk.{bid}.conv_pw2", """
        conformer.layers.{bid}.conv.pointwise_conv2 conformer.layers.{bid}.lconv1d.linear_end
        sound_encoder.encoder.layers.{bid}.conv.pointwise_conv2 encoder.layers.{bid}.conv.down_conv speaker_encoder.blocks.{bid}.tdnn2.conv
        """);

    /// <summary>The tensor A_ENC_SE_CONV1 of projectors: audio encoder se conv1.</summary>
    public static readonly TensorKind AEncSeConv1 = new("a.blk.{bid}.se_conv1", """
        speaker_encoder.blocks.{bid}.se_block.conv1
        """);

    /// <summary>The tensor A_ENC_SE_CONV2 of projectors: audio encoder se conv2.</summary>
    public static readonly TensorKind AEncSeConv2 = new("a.blk.{bid}.se_conv2", """
        speaker_encoder.blocks.{bid}.se_block.conv2
        """);

    /// <summary>The tensor A_ENC_ASP_ATTN of projectors: audio encoder asp attention.</summary>
    public static readonly TensorKind AEncAspAttn = new("a.asp_attn", """
        speaker_encoder.asp.conv
        """);

    /// <summary>The tensor A_ENC_ASP_TDNN of projectors: audio encoder asp tdnn.</summary>
    public static readonly TensorKind AEncAspTdnn = new("a.asp_tdnn", """
        speaker_encoder.asp.tdnn.conv
        """);

    /// <summary>The tensor A_ENC_NORM_CONV of projectors: audio encoder norm conv.</summary>
    public static readonly TensorKind AEncNormConv = new("a.blk.{bid}.norm_conv", """
        conformer.layers.{bid}.norm_conv conformer.layers.{bid}.lconv1d.conv_norm sound_encoder.encoder.layers.{bid}.norm_conv
        encoder.layers.{bid}.conv.norm
        """);

    /// <summary>The tensor A_PER_DIM_K_SCALE of projectors: audio per dim key scale.</summary>
    public static readonly TensorKind APerDimKScale = new("a.blk.{bid}.per_dim_k_scale", """
        conformer.layers.{bid}.attention.attn.per_dim_key_scale
        """);

    /// <summary>The tensor A_PER_DIM_SCALE of projectors: audio per dim scale.</summary>
    public static readonly TensorKind APerDimScale = new("a.blk.{bid}.per_dim_scale", """
        conformer.layers.{bid}.attention.attn.per_dim_scale
        """);

    /// <summary>The tensor A_ENC_MEL_FILTERS of projectors: audio encoder mel filters.</summary>
    public static readonly TensorKind AEncMelFilters = new("a.mel_filters", """
        sound_encoder.encoder.feature_extractor.featurizer.fb
        """);

    /// <summary>The tensor A_ENC_WINDOW of projectors: audio encoder window.</summary>
    public static readonly TensorKind AEncWindow = new("a.window", """
        sound_encoder.encoder.feature_extractor.featurizer.window
        """);

    /// <summary>The tensor A_MM_EMBEDDING of projectors: audio projector embedding.</summary>
    public static readonly TensorKind AMmEmbedding = new("mm.a.embedding", """
        model.embed_audio.embedding
        """);

    /// <summary>The tensor A_MM_HARD_EMB_NORM of projectors: audio projector hard emb norm.</summary>
    public static readonly TensorKind AMmHardEmbNorm = new("mm.a.hard_emb_norm", """
        model.embed_audio.hard_embedding_norm
        """);

    /// <summary>The tensor A_MM_INP_PROJ of projectors: audio projector input projection.</summary>
    public static readonly TensorKind AMmInpProj = new("mm.a.input_projection", """
        model.embed_audio.embedding_projection
        """);

    /// <summary>The tensor A_MM_SOFT_EMB_NORM of projectors: audio projector soft emb norm.</summary>
    public static readonly TensorKind AMmSoftEmbNorm = new("mm.a.soft_emb_norm", """
        model.embed_audio.soft_embedding_norm
        """);

    /// <summary>The tensor A_ENC_ATTN_REL_POS_EMB of projectors: audio encoder attention rel position emb.</summary>
    public static readonly TensorKind AEncAttnRelPosEmb = new("a.blk.{bid}.attn_rel_pos_emb", """
        encoder.layers.{bid}.attn.rel_pos_emb.weight
        """);

    /// <summary>The tensor A_QF_SELF_ATTN_Q of projectors: audio query former self attention query.</summary>
    public static readonly TensorKind AQfSelfAttnQ = new("a.proj_blk.{bid}.self_attn_q", """
        projector.qformer.encoder.layer.{bid}.attention.attention.query
        """);

    /// <summary>The tensor A_QF_SELF_ATTN_K of projectors: audio query former self attention key.</summary>
    public static readonly TensorKind AQfSelfAttnK = new("a.proj_blk.{bid}.self_attn_k", """
        projector.qformer.encoder.layer.{bid}.attention.attention.key
        """);

    /// <summary>The tensor A_QF_SELF_ATTN_V of projectors: audio query former self attention value.</summary>
    public static readonly TensorKind AQfSelfAttnV = new("a.proj_blk.{bid}.self_attn_v", """
        projector.qformer.encoder.layer.{bid}.attention.attention.value
        """);

    /// <summary>The tensor A_QF_SELF_ATTN_O of projectors: audio query former self attention output.</summary>
    public static readonly TensorKind AQfSelfAttnO = new("a.proj_blk.{bid}.self_attn_out", """
        projector.qformer.encoder.layer.{bid}.attention.output.dense
        """);

    /// <summary>The tensor A_QF_SELF_ATTN_NORM of projectors: audio query former self attention norm.</summary>
    public static readonly TensorKind AQfSelfAttnNorm = new("a.proj_blk.{bid}.self_attn_norm", """
        projector.qformer.encoder.layer.{bid}.attention.output.LayerNorm
        """);

    /// <summary>The tensor A_QF_CROSS_ATTN_Q of projectors: audio query former cross attention query.</summary>
    public static readonly TensorKind AQfCrossAttnQ = new("a.proj_blk.{bid}.cross_attn_q", """
        projector.qformer.encoder.layer.{bid}.crossattention.attention.query
        """);

    /// <summary>The tensor A_QF_CROSS_ATTN_K of projectors: audio query former cross attention key.</summary>
    public static readonly TensorKind AQfCrossAttnK = new("a.proj_blk.{bid}.cross_attn_k", """
        projector.qformer.encoder.layer.{bid}.crossattention.attention.key
        """);

    /// <summary>The tensor A_QF_CROSS_ATTN_V of projectors: audio query former cross attention value.</summary>
    public static readonly TensorKind AQfCrossAttnV = new("a.proj_blk.{bid}.cross_attn_v", """
        projector.qformer.encoder.layer.{bid}.crossattention.attention.value
        """);

    /// <summary>The tensor A_QF_CROSS_ATTN_O of projectors: audio query former cross attention output.</summary>
    public static readonly TensorKind AQfCrossAttnO = new("a.proj_blk.{bid}.cross_attn_out", """
        projector.qformer.encoder.layer.{bid}.crossattention.output.dense
        """);

    /// <summary>The tensor A_QF_CROSS_ATTN_NORM of projectors: audio query former cross attention norm.</summary>
    public static readonly TensorKind AQfCrossAttnNorm = new("a.proj_blk.{bid}.cross_attn_norm", """
        projector.qformer.encoder.layer.{bid}.crossattention.output.LayerNorm
        """);

    /// <summary>The tensor A_QF_FFN_UP of projectors: audio query former feed-forward up.</summary>
    public static readonly TensorKind AQfFfnUp = new("a.proj_blk.{bid}.ffn_up", """
        projector.qformer.encoder.layer.{bid}.intermediate_query.dense
        """);

    /// <summary>The tensor A_QF_FFN_DOWN of projectors: audio query former feed-forward down.</summary>
    public static readonly TensorKind AQfFfnDown = new("a.proj_blk.{bid}.ffn_down", """
        projector.qformer.encoder.layer.{bid}.output_query.dense
        """);

    /// <summary>The tensor A_QF_FFN_NORM of projectors: audio query former feed-forward norm.</summary>
    public static readonly TensorKind AQfFfnNorm = new("a.proj_blk.{bid}.ffn_norm", """
        projector.qformer.encoder.layer.{bid}.output_query.LayerNorm
        """);
}
