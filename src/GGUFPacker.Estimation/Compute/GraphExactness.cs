namespace GGUFPacker.Estimation.Compute;

/// <summary>Where the size that a graph gives is llama.cpp's own.</summary>
internal enum GraphExactness
{
    /// <summary>On the host and on CUDA devices: the graph is the family's own, operation by operation.</summary>
    Everywhere,

    /// <summary>On the host alone: there the graph was found to need what the family's own needs.</summary>
    OnHost,

    /// <summary>Nowhere.</summary>
    Nowhere,
}
