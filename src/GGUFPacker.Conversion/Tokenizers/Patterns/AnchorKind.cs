namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>A place in a text that a pattern can ask for.</summary>
internal enum AnchorKind
{
    /// <summary><c>^</c>: the begin of a line.</summary>
    LineStart,

    /// <summary><c>$</c>: the end of a line.</summary>
    LineEnd,

    /// <summary><c>\A</c>: the begin of the text.</summary>
    TextStart,

    /// <summary><c>\z</c>: the end of the text.</summary>
    TextEnd,

    /// <summary><c>\Z</c>: the end of the text, or before its last line feed.</summary>
    LastLineEnd,

    /// <summary><c>\b</c>: between a word character and something else.</summary>
    WordBoundary,

    /// <summary><c>\B</c>: anywhere but there.</summary>
    NoWordBoundary,
}
