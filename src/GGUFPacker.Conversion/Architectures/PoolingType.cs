namespace GGUFPacker.Conversion.Architectures;

/// <summary>How an embedding model makes one vector of its tokens' vectors, by llama.cpp's numbers.</summary>
internal enum PoolingType
{
    /// <summary>The mean of all.</summary>
    Mean = 1,

    /// <summary>The first token's.</summary>
    Cls = 2,

    /// <summary>The last token's.</summary>
    Last = 3,

    /// <summary>A reranker's score.</summary>
    Rank = 4,
}
