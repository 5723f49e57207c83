namespace GGUFPacker.Cli.Verifying;

/// <summary>What follows a flag of llama-server.</summary>
internal enum FlagValue
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>Any text.</summary>
    Text,

    /// <summary>Two texts.</summary>
    Two,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>A file that is read.</summary>
    File,

    /// <summary>Files that are read, with commas between them.</summary>
    Files,

    /// <summary>Files that are read, each with a factor: <c>FILE:SCALE,…</c>.</summary>
    ScaledFiles,

    /// <summary>A directory that is read.</summary>
    Directory,
}
