namespace GGUFPacker.Estimation;

/// <summary>How a sequence's embedding is made of its tokens' (enum llama_pooling_type).</summary>
internal enum PoolingType
{
    None = 0,
    Mean = 1,
    Cls = 2,
    Last = 3,
    Rank = 4,
}
