namespace GGUFPacker.Packerfile.Variables;

/// <summary>Why a word cannot be expanded.</summary>
public enum ExpansionFault
{
    /// <summary>A single quote is not closed.</summary>
    UnclosedSingleQuote,

    /// <summary>A double quote is not closed.</summary>
    UnclosedDoubleQuote,

    /// <summary><c>${</c> is not closed.</summary>
    UnclosedBrace,

    /// <summary><c>${NAME/pattern</c> has no second slash.</summary>
    MissingReplacement,

    /// <summary>No name follows <c>${</c>.</summary>
    MissingName,

    /// <summary>The operator behind the name is not known.</summary>
    UnknownOperator,

    /// <summary>A variable that must be set is not: <c>${NAME:?message}</c>.</summary>
    RequiredVariable,

    /// <summary>A pattern holds an escape that means nothing.</summary>
    InvalidPattern,

    /// <summary>A limit of <see cref="PackerfileLimits"/> is exceeded.</summary>
    LimitExceeded,
}
