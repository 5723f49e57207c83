using System.Collections.Immutable;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile;

/// <summary>A FROM and the instructions up to the next one.</summary>
/// <param name="Index">Its number from 0.</param>
/// <param name="Name">Its name in lower case; null without one. Several stages may share a name: the last one counts.</param>
/// <param name="From">The instruction that begins it.</param>
/// <param name="Instructions">The instructions after it.</param>
public sealed record Stage(int Index, string? Name, FromInstruction From, ImmutableArray<Instruction> Instructions);
