namespace GGUFPacker.Estimation.Graphs;

/// <summary>What of queries and keys is normed.</summary>
internal enum HeadNorm
{
    None,

    /// <summary>Each head for itself.</summary>
    EachHead,

    /// <summary>All heads of a token together.</summary>
    AllHeads,
}
