namespace GGUFPacker.Oci.Store;

/// <summary>What pruning removed.</summary>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">How many bytes they had; what is linked from elsewhere lives on there.</param>
public sealed record PruneReport(int Files, long Bytes);
