namespace GGUFPacker.Estimation.Models;

/// <summary>
/// A model's hyperparameters, as far as memory depends on them: llama_hparams of llama.cpp v0.5.0, whose name stands with each.
/// <see cref="ModelShapeReader"/> makes it of a header; arrays have an entry for each of all layers.
/// </summary>
internal sealed class ModelShape
{
    public ModelShape(ModelHeader header, string architecture, int layers)
    {
        Header = header;
        Architecture = architecture;
        Layers = layers;
        StoredLayers = layers;
        Heads = new int[layers];
        KeyValueHeads = new int[layers];
        FeedForward = new int[layers];
        ExpertFeedForward = new int[layers];
        ExpertsUsed = new int[layers];
        SlidingWindowLayers = new bool[layers];
        RecurrentLayers = new bool[layers];
        RotatingLayers = new bool[layers];
        Array.Fill(RotatingLayers, true);
        IndexerLayers = new bool[layers];
        ClampedExpertLayers = new bool[layers];
        ClampedFeedForwardLayers = new bool[layers];
    }

    /// <summary>What it was read from, for keys that only one family's graph needs.</summary>
    public ModelHeader Header { get; }

    /// <summary>general.architecture.</summary>
    public string Architecture { get; }

    /// <summary>All layers, those for predicting further tokens included (n_layer_all).</summary>
    public int Layers { get; }

    /// <summary>Layers at the end that predict further tokens and take no part in the main graph (n_layer_nextn).</summary>
    public int PredictionLayers { get; set; }

    /// <summary>The first layers, whose tensors the file has; the others are these again (n_layer_phys).</summary>
    public int StoredLayers { get; set; }

    /// <summary>Layers of the main graph (n_layer()).</summary>
    public int TrunkLayers => Layers - PredictionLayers;

    /// <summary>n_ctx_train.</summary>
    public int TrainedContext { get; set; }

    /// <summary>n_embd.</summary>
    public int EmbeddingLength { get; set; }

    /// <summary>n_embd_inp().</summary>
    public int InputEmbeddingLength { get; set; }

    /// <summary>n_embd_out().</summary>
    public int OutputEmbeddingLength { get; set; }

    /// <summary>Tokens of the vocabulary.</summary>
    public int Vocabulary { get; set; }

    /// <summary>n_head(il).</summary>
    public int[] Heads { get; }

    /// <summary>n_head_kv(il).</summary>
    public int[] KeyValueHeads { get; }

    /// <summary>n_ff(il).</summary>
    public int[] FeedForward { get; }

    /// <summary>n_ff_exp(il).</summary>
    public int[] ExpertFeedForward { get; }

    /// <summary>n_expert_used(il).</summary>
    public int[] ExpertsUsed { get; }

    /// <summary>Layers whose experts clamp gate and value (swiglu_clamp_exp(il)), in operations of their own.</summary>
    public bool[] ClampedExpertLayers { get; }

    /// <summary>Layers whose dense networks and shared experts do so (swiglu_clamp_shexp(il)).</summary>
    public bool[] ClampedFeedForwardLayers { get; }

    /// <summary>n_expert.</summary>
    public int Experts { get; set; }

    /// <summary>n_expert_shared.</summary>
    public int SharedExperts { get; set; }

    /// <summary>n_ff_shexp.</summary>
    public int SharedExpertFeedForward { get; set; }

    /// <summary>n_layer_dense_lead.</summary>
    public int DenseLeadLayers { get; set; }

    /// <summary>n_embd_head_k_full.</summary>
    public int FullKeyLength { get; set; }

    /// <summary>n_embd_head_v_full.</summary>
    public int FullValueLength { get; set; }

    /// <summary>n_embd_head_k_swa.</summary>
    public int WindowKeyLength { get; set; }

    /// <summary>n_embd_head_v_swa.</summary>
    public int WindowValueLength { get; set; }

    /// <summary>n_rot_full.</summary>
    public int FullRotaryLength { get; set; }

    /// <summary>n_rot_swa.</summary>
    public int WindowRotaryLength { get; set; }

    /// <summary>n_embd_head_k_mla_impl; 0 without multi-head latent attention.</summary>
    public int LatentKeyLength { get; set; }

    /// <summary>n_embd_head_v_mla_impl; 0 without multi-head latent attention.</summary>
    public int LatentValueLength { get; set; }

    /// <summary>Whether keys and values are decompressed from one latent vector (is_mla()).</summary>
    public bool IsLatent => LatentKeyLength != 0 && LatentValueLength != 0;

    /// <summary>n_lora_q.</summary>
    public int QueryRank { get; set; }

    /// <summary>n_lora_kv.</summary>
    public int KeyValueRank { get; set; }

    /// <summary>n_embd_head_k_mla_swa: elements of one head's keys in layers with a window (attention.key_length_mla_swa).</summary>
    public int WindowLatentKeyLength { get; set; }

    /// <summary>n_lora_kv_swa: elements of a latent vector in layers with a window (attention.kv_lora_rank_swa).</summary>
    public int WindowKeyValueRank { get; set; }

    /// <summary>swa_type.</summary>
    public SlidingWindowKind SlidingWindowKind { get; set; }

    /// <summary>n_swa, in tokens.</summary>
    public int SlidingWindow { get; set; }

    /// <summary>is_swa(il).</summary>
    public bool[] SlidingWindowLayers { get; }

    /// <summary>is_recr(il).</summary>
    public bool[] RecurrentLayers { get; }

    /// <summary>has_rope(il): whether a layer rotates queries and keys, by the list that some headers have (attention.rope_pattern).</summary>
    public bool[] RotatingLayers { get; }

    /// <summary>is_indexer_full(il).</summary>
    public bool[] IndexerLayers { get; }

    /// <summary>The first layers that have a cache of their own (n_layer_kv_from_start); -1 is all.</summary>
    public int LayersWithCache { get; set; } = -1;

    /// <summary>router_layer; -1 without.</summary>
    public int RouterLayer { get; set; } = -1;

    /// <summary>ssm_d_conv.</summary>
    public int ConvolutionKernel { get; set; }

    /// <summary>ssm_d_inner.</summary>
    public int InnerLength { get; set; }

    /// <summary>ssm_d_state.</summary>
    public int StateLength { get; set; }

    /// <summary>ssm_dt_rank.</summary>
    public int TimeStepRank { get; set; }

    /// <summary>ssm_n_group.</summary>
    public int StateGroups { get; set; }

    /// <summary>wkv_head_size; 0 unless RWKV.</summary>
    public int WkvHeadLength { get; set; }

    /// <summary>token_shift_count.</summary>
    public int TokenShifts { get; set; } = 2;

    /// <summary>n_shortconv_l_cache; 0 unless LFM2.</summary>
    public int ShortConvolutionLength { get; set; }

    /// <summary>n_embd_head_kda; 0 unless Kimi's delta attention.</summary>
    public int DeltaHeadLength { get; set; }

    /// <summary>n_embd_head_la; 0 unless MiniMax's linear attention.</summary>
    public int LinearHeadLength { get; set; }

    /// <summary>indexer_head_size; 0 without sparse attention.</summary>
    public int IndexerKeyLength { get; set; }

    /// <summary>indexer_n_head.</summary>
    public int IndexerHeads { get; set; }

    /// <summary>indexer_top_k.</summary>
    public int IndexerTop { get; set; }

    /// <summary>causal_attn.</summary>
    public bool CausalAttention { get; set; } = true;

    /// <summary>pooling_type.</summary>
    public PoolingType Pooling { get; set; }

    /// <summary>n_cls_out.</summary>
    public int Classes { get; set; } = 1;

    /// <summary>n_pos_per_embd().</summary>
    public int PositionsPerToken { get; set; } = 1;

    /// <summary>n_embd_head_k(il).</summary>
    public int KeyLength(int layer) => SlidingWindowLayers[layer] ? WindowKeyLength : FullKeyLength;

    /// <summary>n_embd_head_v(il).</summary>
    public int ValueLength(int layer) => SlidingWindowLayers[layer] ? WindowValueLength : FullValueLength;

    /// <summary>n_rot(il).</summary>
    public int RotaryLength(int layer) => SlidingWindowLayers[layer] ? WindowRotaryLength : FullRotaryLength;

    /// <summary>n_embd_k_gqa(il).</summary>
    public long KeyColumns(int layer) => (long)KeyLength(layer) * KeyValueHeads[layer];

    /// <summary>n_embd_v_gqa(il).</summary>
    public long ValueColumns(int layer) => (long)ValueLength(layer) * KeyValueHeads[layer];

    /// <summary>has_kv(il).</summary>
    public bool HasCache(int layer) => LayersWithCache < 0 || layer < LayersWithCache;

    /// <summary>A number of the architecture's own keys, such as <c>attn_logit_softcapping</c>; null if it is absent.</summary>
    public double? Number(string key)
    {
        var value = Header.Metadata[$"{Architecture}.{key}"];
        return value switch
        {
            null => null,
            _ when value.TryGetInteger(out var integer) => integer,
            _ when value.TryGet<float>(out var single) => single,
            _ when value.TryGet<double>(out var number) => number,
            _ => null,
        };
    }
}
