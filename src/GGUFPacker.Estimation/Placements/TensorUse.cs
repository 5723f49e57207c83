namespace GGUFPacker.Estimation.Placements;

/// <summary>The operation that a weight is used in (the op of llm_tensor_info), as far as its buffer depends on it.</summary>
internal enum TensorUse
{
    /// <summary>A matrix that is multiplied with.</summary>
    Multiply,

    /// <summary>Matrices of experts, some of which are multiplied with.</summary>
    MultiplySelected,

    /// <summary>A table of which rows are taken.</summary>
    TakeRows,

    /// <summary>Anything that works on all its elements: a norm, a bias.</summary>
    Elementwise,

    /// <summary>The kernel of a convolution over the sequence (ssm_conv1d).</summary>
    Convolve,

    /// <summary>The decay of a scan over the sequence (ssm_a of Mamba's layers).</summary>
    Scan,

    /// <summary>Nothing: the engine does not load it.</summary>
    None,
}
