namespace GGUFPacker.Estimation.Models;

/// <summary>What a sliding-window layer sees (enum llama_swa_type).</summary>
internal enum SlidingWindowKind
{
    None = 0,
    Standard = 1,
    Chunked = 2,
    Symmetric = 3,
}
