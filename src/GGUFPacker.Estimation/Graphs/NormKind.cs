namespace GGUFPacker.Estimation.Graphs;

/// <summary>Kinds of norm (enum llm_norm_type).</summary>
internal enum NormKind
{
    /// <summary>By mean and variance.</summary>
    Layer,

    /// <summary>By the root of the mean square.</summary>
    Rms,

    /// <summary>By mean and variance of groups of channels, which are the rows.</summary>
    Group,
}
