namespace GGUFPacker.Oci.Store;

/// <summary>Something that the store holds.</summary>
/// <param name="Kind">Where: one of the constants, or of a record its kind.</param>
/// <param name="Key">Its digest or key in hexadecimal digits; of a transfer that ended early, its file's name.</param>
/// <param name="Size">Its bytes on disk; of a record those of what it stands for.</param>
/// <param name="LastUsed">When a build or a name last led to it.</param>
/// <param name="MadeBy">The instruction, address or path it comes from; empty if unknown.</param>
/// <param name="Images">How many names of images lead to it.</param>
public sealed record StoreItem(string Kind, string Key, long Size, DateTimeOffset LastUsed, string MadeBy, int Images)
{
    /// <summary>The bytes of a file.</summary>
    public const string Content = "content";

    /// <summary>A layer's recipe.</summary>
    public const string Layer = "layer";

    /// <summary>A manifest, a config or a small compressed layer.</summary>
    public const string Blob = "blob";

    /// <summary>What has come of a transfer that ended early.</summary>
    public const string Partial = "partial";

    /// <summary>A record that this version cannot read.</summary>
    public const string Unknown = "unknown";

    /// <summary>Whether it is a record of a build, which stands for bytes that are counted elsewhere.</summary>
    public bool IsRecord { get; init; }
}
