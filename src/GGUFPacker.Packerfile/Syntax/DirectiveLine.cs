namespace GGUFPacker.Packerfile.Syntax;

/// <summary>What a line at the top of a file turned out to be.</summary>
internal enum DirectiveLine
{
    /// <summary>No directive, and none may follow.</summary>
    None,

    /// <summary>A directive.</summary>
    Directive,

    /// <summary>A directive whose name was there before.</summary>
    Repeated,
}
