namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>What an instruction of a compiled pattern does.</summary>
internal enum PatternOperation
{
    /// <summary>Takes a code point of the set.</summary>
    One,

    /// <summary>Takes code points of the set, from First to Second of them.</summary>
    Repeat,

    /// <summary>Goes on at First, and at Second if that fails.</summary>
    Split,

    /// <summary>Goes on at First.</summary>
    Jump,

    /// <summary>Asks for a place.</summary>
    Anchor,

    /// <summary>Tries what follows, up to its End, without taking anything, and goes on at First.</summary>
    Look,

    /// <summary>Takes what follows, up to its End, as one thing, and goes on at First.</summary>
    Atomic,

    /// <summary>Remembers the place in register First.</summary>
    Mark,

    /// <summary>Goes on at Second if nothing was taken since register First was set.</summary>
    LeaveIfEmpty,

    /// <summary>The end of the pattern, or of a part that is tried on its own.</summary>
    End,
}

/// <summary>An instruction of a compiled pattern.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="First">A place in the program, a number of times, or a register.</param>
/// <param name="Second">Another one.</param>
/// <param name="Set">The code points it takes.</param>
/// <param name="Mode">How much a repetition takes.</param>
/// <param name="Anchor">The place it asks for.</param>
/// <param name="Behind">Whether it looks back.</param>
/// <param name="Negative">Whether what it looks for must not be there.</param>
internal readonly record struct PatternInstruction(
    PatternOperation Operation,
    int First = 0,
    int Second = 0,
    CodePointSet? Set = null,
    RepeatMode Mode = RepeatMode.Greedy,
    AnchorKind Anchor = AnchorKind.TextStart,
    bool Behind = false,
    bool Negative = false);
