namespace GGUFPacker.Packerfile.Syntax;

/// <summary>A document inside the file: <c>&lt;&lt;NAME</c> and the lines up to NAME.</summary>
internal sealed record Heredoc
{
    /// <summary>The word that ends it, quotes resolved.</summary>
    public required string Name { get; init; }

    /// <summary>The digits before the mark; 0 without.</summary>
    public ulong FileDescriptor { get; init; }

    /// <summary>Whether variables in the body are expanded: no part of the word was quoted.</summary>
    public required bool Expand { get; init; }

    /// <summary>Whether leading tabs are taken off: <c>&lt;&lt;-NAME</c>.</summary>
    public required bool Chomp { get; init; }

    /// <summary>The body as written.</summary>
    public string Content { get; init; } = "";
}
