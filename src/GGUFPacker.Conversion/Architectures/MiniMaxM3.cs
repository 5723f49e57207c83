using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Tensors;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>MiniMax-M3: as M2 with shared experts, norms that multiply with 1 + w, and an indexer that chooses blocks of keys.</summary>
[Family("MiniMax-M3", "MiniMaxM3SparseForCausalLM", "MiniMaxM3SparseForConditionalGeneration", Special = "as MiniMax-M2; norms + 1, indexer in F32")]
internal sealed class MiniMaxM3(ArchitectureContext context) : MiniMaxM2(Gguf, context)
{
    private static readonly GgufArchitecture Gguf = new("minimax-m3",
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQ, AttnK, AttnV, AttnOutput, FfnNorm, FfnGateInp, ExpProbsB, FfnUp, FfnUpExps, FfnUpShexp,
        FfnGate, FfnGateExps, FfnGateShexp, FfnDown, FfnDownExps, FfnDownShexp, AttnQNorm, AttnKNorm, IndexerKNorm, IndexerQProj, IndexerKProj,
        IndexerQNorm,
    ]);

    /// <inheritdoc/>
    public override TensorType? ForcedType(string name, string ggufName, int dimensions) =>
        ggufName.Contains(".indexer.", StringComparison.Ordinal) ? TensorType.F32 : base.ForcedType(name, ggufName, dimensions);

    /// <inheritdoc/>
    public override IEnumerable<NamedTensor> Convert(NamedTensor tensor, long? block) =>
        base.Convert(tensor.EndsWith("norm.weight") ? tensor.With(source => source.PlusOne()) : tensor, block);

    /// <inheritdoc/>
    public override void WriteParameters(ParameterWriter writer)
    {
        base.WriteParameters(writer);
        writer.Count("expert_shared_count", Config.Require("n_shared_experts"));
        writer.Real("expert_weights_scale", Config.Require("routed_scaling_factor"));
        writer.Flag("expert_weights_norm", true);
        _ = Config.Require("sparse_attention_config");
        var sparse = Config.Part("sparse_attention_config");
        writer.Count("attention.indexer.head_count", sparse.Require("sparse_num_index_heads"));
        writer.Count("attention.indexer.key_length", sparse.Require("sparse_index_dim"));
        writer.Count("attention.indexer.top_k", sparse.Require("sparse_topk_blocks"));
        writer.Count("attention.indexer.block_size", sparse.Require("sparse_block_size"));
        writer.Count("attention.indexer.local_blocks", sparse.Require("sparse_local_block"));
        _ = Config.Require("moe_layer_freq");
        writer.Count("leading_dense_block_count", Config.Integers("moe_layer_freq").TakeWhile(frequency => frequency == 0).Count(), "moe_layer_freq");
    }
}
