namespace GGUFPacker.Packerfile.Variables;

/// <summary>How <see cref="ShellLexer"/> reads a word.</summary>
internal sealed record ShellLexerOptions
{
    /// <summary>The escape character.</summary>
    public required char Escape { get; init; }

    /// <summary>Quotes work, but stay in the result.</summary>
    public bool RawQuotes { get; init; }

    /// <summary>Escapes work, but stay in the result.</summary>
    public bool RawEscapes { get; init; }

    /// <summary>Quotes are characters like others: heredoc bodies.</summary>
    public bool PlainQuotes { get; init; }

    /// <summary>The escape character works before <c>$</c> and itself only and is text elsewhere: CMD's arguments.</summary>
    public bool PlainEscapes { get; init; }

    /// <summary>References to unset variables stay as written.</summary>
    public bool KeepUnset { get; init; }
}
