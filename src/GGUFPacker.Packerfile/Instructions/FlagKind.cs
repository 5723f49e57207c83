namespace GGUFPacker.Packerfile.Instructions;

/// <summary>What a flag takes.</summary>
internal enum FlagKind
{
    /// <summary>true, false or nothing.</summary>
    Switch,

    /// <summary>A value.</summary>
    Value,

    /// <summary>A value, any number of times.</summary>
    Values,
}
