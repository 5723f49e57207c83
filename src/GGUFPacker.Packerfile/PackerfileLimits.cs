namespace GGUFPacker.Packerfile;

/// <summary>What a GGUFPackerfile may demand at most; beyond it stands an error, never a hang or an exhausted machine.</summary>
public static class PackerfileLimits
{
    /// <summary>Bytes of a physical line without its line feed, as in BuildKit.</summary>
    public const int LineLength = 65535;

    /// <summary>Bytes of a file.</summary>
    public const int FileLength = 16 << 20;

    /// <summary>Substitutions inside each other: <c>${A:-${B:-…}}</c>.</summary>
    public const int ExpansionDepth = 64;

    /// <summary>Characters that a word may have after expansion.</summary>
    public const int ExpandedLength = 1 << 20;

    /// <summary>Characters of a pattern in <c>${NAME#pattern}</c> and its kin.</summary>
    public const int PatternLength = 1024;

    /// <summary>Characters of a value times characters of the pattern that is matched with it.</summary>
    public const int PatternWork = 1 << 24;

    /// <summary>Arrays inside each other in a JSON form, as in Go's decoder.</summary>
    internal const int JsonDepth = 10000;
}
