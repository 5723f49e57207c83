using System.CommandLine;

namespace GGUFPacker.Cli.Commands;

/// <summary>Words behind <c>--</c>, which are another program's.</summary>
internal sealed class PassedOnArgument : Argument<string[]>
{
    /// <summary>Creates it.</summary>
    /// <param name="name">Its name.</param>
    public PassedOnArgument(string name)
        : base(name) => Arity = ArgumentArity.ZeroOrMore;
}
