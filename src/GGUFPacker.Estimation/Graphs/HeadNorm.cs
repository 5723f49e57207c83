namespace GGUFPacker.Estimation.Graphs;

/// <summary>What of queries and keys is normed.</summary>
internal enum HeadNorm
{
    None,

    /// <summary>Each head for itself.</summary>
    EachHead,

    /// <summary>Each head for itself, if the layer has such weights.</summary>
    EachHeadIfAny,

    /// <summary>All heads of a token together.</summary>
    AllHeads,
}
