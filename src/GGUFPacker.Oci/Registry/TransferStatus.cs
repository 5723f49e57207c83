namespace GGUFPacker.Oci.Registry;

/// <summary>Where the transfer of a blob stands.</summary>
public enum TransferStatus
{
    /// <summary>It has begun.</summary>
    Started,

    /// <summary>It has advanced.</summary>
    Advanced,

    /// <summary>All bytes are there, and verified.</summary>
    Completed,

    /// <summary>The other side has it already.</summary>
    Present,

    /// <summary>The registry took it over from another of its repositories.</summary>
    Mounted,
}
