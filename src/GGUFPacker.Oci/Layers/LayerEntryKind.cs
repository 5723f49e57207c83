namespace GGUFPacker.Oci.Layers;

/// <summary>What an entry of a layer is.</summary>
public enum LayerEntryKind
{
    /// <summary>A regular file. One whose name begins with <c>.wh.</c> hides a file of the layers below.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link; known, never made.</summary>
    SymbolicLink,

    /// <summary>A hard link to an earlier file.</summary>
    HardLink,

    /// <summary>A device or a pipe; known, never made.</summary>
    Special,
}
