namespace GGUFPacker.Packerfile.Syntax;

/// <summary>How an instruction's arguments are read.</summary>
internal enum ArgumentForm
{
    /// <summary>Not at all: the instruction is unknown.</summary>
    Unknown,

    /// <summary>A JSON array, else words cut at blanks.</summary>
    Words,

    /// <summary>Words cut at blanks.</summary>
    PlainWords,

    /// <summary>A JSON array, else one text.</summary>
    Text,

    /// <summary>Words cut at blanks outside quotes.</summary>
    QuotedWords,

    /// <summary>Pairs name=value, or one name and value.</summary>
    Pairs,
}
