namespace GGUFPacker.Oci.Store;

/// <summary>What pruning removed.</summary>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">How many bytes they had; what is linked from elsewhere lives on there.</param>
/// <param name="BytesLeft">How many bytes the store has left.</param>
public sealed record PruneReport(int Files, long Bytes, long BytesLeft)
{
    internal PruneReport WithFile(long size, bool isRemoved) =>
        isRemoved ? this with { Files = Files + 1, Bytes = Bytes + size } : this with { BytesLeft = BytesLeft + size };
}
