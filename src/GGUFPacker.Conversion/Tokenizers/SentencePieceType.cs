namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The type of a piece, by SentencePiece's numbers.</summary>
internal enum SentencePieceType
{
    /// <summary>A trained piece.</summary>
    Normal = 1,

    /// <summary>Stands for what the pieces cannot express.</summary>
    Unknown = 2,

    /// <summary>A control symbol.</summary>
    Control = 3,

    /// <summary>A symbol that its maker wanted kept whole.</summary>
    UserDefined = 4,

    /// <summary>Not used.</summary>
    Unused = 5,

    /// <summary>A single byte.</summary>
    Byte = 6,
}
