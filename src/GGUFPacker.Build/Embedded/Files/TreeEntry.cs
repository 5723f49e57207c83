namespace GGUFPacker.Build.Embedded.Files;

/// <summary>Something at a path of a file system.</summary>
/// <param name="Mode">The permission bits.</param>
internal abstract record TreeEntry(int Mode)
{
    /// <summary>Whose it is.</summary>
    public FileOwner Owner { get; init; }
}

/// <summary>A directory.</summary>
internal sealed record DirectoryEntry(int Mode = DirectoryEntry.DefaultMode) : TreeEntry(Mode)
{
    /// <summary>0755.</summary>
    public const int DefaultMode = 0x1ED;
}

/// <summary>A regular file.</summary>
internal sealed record FileEntry(FileContent Content, int Mode = FileEntry.DefaultMode) : TreeEntry(Mode)
{
    /// <summary>0644.</summary>
    public const int DefaultMode = 0x1A4;

    /// <summary>0755.</summary>
    public const int ExecutableMode = 0x1ED;
}

/// <summary>A symbolic link of a base image. What is made here holds none: what a link leads to is copied in its place.</summary>
internal sealed record LinkEntry(string Target) : TreeEntry(LinkEntry.DefaultMode)
{
    /// <summary>0777, which nobody looks at.</summary>
    public const int DefaultMode = 0x1FF;
}
