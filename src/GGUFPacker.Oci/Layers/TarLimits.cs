namespace GGUFPacker.Oci.Layers;

/// <summary>What a stranger's layer may hold.</summary>
internal static class TarLimits
{
    /// <summary>Headers, paddings and the end of one layer; all else is contents.</summary>
    public const int MaxInlineBytes = 128 << 20;

    /// <summary>Entries of one layer; a whole Linux distribution has a tenth.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>One pax or GNU extension header.</summary>
    public const int MaxExtensionBytes = 1 << 20;

    /// <summary>Bytes after the end of the archive; tar programs fill up to a record of 10 KiB.</summary>
    public const int MaxTrailingBytes = 1 << 20;

    /// <summary>The bytes that a compressed layer may always give.</summary>
    public const long FreeExpansion = 1L << 30;

    /// <summary>The bytes that a compressed layer may give beyond those, for each of its own: text gives 10, a bomb 1000.</summary>
    public const int MaxExpansion = 100;
}
