using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>A part of a parsed pattern.</summary>
internal abstract record PatternNode
{
    /// <summary>One code point of a set.</summary>
    public sealed record One(CodePointSet Set) : PatternNode;

    /// <summary>Parts one after the other; none matches the empty text.</summary>
    public sealed record Sequence(ImmutableArray<PatternNode> Parts) : PatternNode;

    /// <summary>The first of several parts that lets the whole match.</summary>
    public sealed record Alternation(ImmutableArray<PatternNode> Choices) : PatternNode;

    /// <summary>A part several times; <paramref name="Maximum"/> is <see cref="int.MaxValue"/> for any number.</summary>
    public sealed record Repeat(PatternNode Part, int Minimum, int Maximum, RepeatMode Mode) : PatternNode;

    /// <summary>A part that must match (or must not) before or behind a place, without taking anything.</summary>
    public sealed record Look(PatternNode Part, bool Behind, bool Negative) : PatternNode;

    /// <summary>A part that keeps what it took first.</summary>
    public sealed record Atomic(PatternNode Part) : PatternNode;

    /// <summary>A place in the text.</summary>
    public sealed record Anchor(AnchorKind Kind) : PatternNode;
}
