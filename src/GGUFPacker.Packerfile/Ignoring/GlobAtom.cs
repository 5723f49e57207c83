namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>A part of a <see cref="GlobExpression"/>.</summary>
/// <param name="Set">The runes it matches; null for a part that matches a place between them.</param>
/// <param name="Repeats">Whether it matches any number of runes.</param>
/// <param name="Anchor">Without a set, the place: <c>A</c> the start, <c>z</c> the end, <c>b</c> and <c>B</c> where a word begins or ends and where not; 0
/// any.</param>
/// <param name="SkipTo">How many parts ahead one may go on without this one and those between; 0 for none.</param>
internal sealed record GlobAtom(RuneSet? Set, bool Repeats = false, char Anchor = '\0', int SkipTo = 0);
