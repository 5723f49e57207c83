using System.Collections.Immutable;

namespace GGUFPacker.Cli.Verifying;

/// <summary>A flag of llama-server.</summary>
/// <param name="Names">Its names; the long form of the first one is what messages use.</param>
/// <param name="Status">Whether llama-server takes it.</param>
/// <param name="Value">What follows it.</param>
/// <param name="Choices">The words that may follow it, for <see cref="FlagValue.Choice"/>.</param>
/// <param name="Note">For a flag that is gone what to do instead; for one of another program which.</param>
internal sealed record LlamaServerFlag(ImmutableArray<string> Names, FlagStatus Status, FlagValue Value, ImmutableArray<string> Choices, string Note)
{
    /// <summary>How many arguments follow the flag.</summary>
    public int ValueCount => Value switch { FlagValue.None => 0, FlagValue.Two => 2, _ => 1 };

    /// <summary>
    /// How many of the arguments that follow belong to the flag, by what the next one is. Switches of earlier versions that take a word today (<c>-fa</c>) are
    /// still met without it.
    /// </summary>
    public int CountValues(string? next) => Value == FlagValue.Choice && next?.StartsWith('-') is not false && !Choices.Contains(next ?? "") ? 0 : ValueCount;

    /// <summary>Whether the flag's value names what is read from the file system.</summary>
    public bool NamesFiles => Value is FlagValue.File or FlagValue.Files or FlagValue.ScaledFiles or FlagValue.Directory;
}
