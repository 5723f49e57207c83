namespace GGUFPacker.Estimation.Compute;

/// <summary>Operations in place of several (enum llm_fused_op), which the engine gives up if one of them would not run where its layer is.</summary>
[Flags]
internal enum FusedOperations
{
    None = 0,

    /// <summary>The fused attention.</summary>
    FlashAttention = 1,

    /// <summary>The sum of residual streams that a layer takes.</summary>
    HyperConnectionPre = 2,

    /// <summary>How residual streams are mixed with each other.</summary>
    HyperConnectionCombine = 4,

    /// <summary>Residual streams with a layer's result.</summary>
    HyperConnectionPost = 8,

    /// <summary>All three of residual streams.</summary>
    HyperConnections = HyperConnectionPre | HyperConnectionCombine | HyperConnectionPost,
}
