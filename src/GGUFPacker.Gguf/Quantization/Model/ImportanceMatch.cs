namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>How an importance matrix fits a tensor.</summary>
public enum ImportanceMatch
{
    /// <summary>There is no importance matrix, or the tensor is not quantized.</summary>
    NotSought,

    /// <summary>It has weights for the tensor.</summary>
    Found,

    /// <summary>It has none for the tensor.</summary>
    Missing,

    /// <summary>It has another number of weights than the tensor needs.</summary>
    WrongSize,
}
