namespace GGUFPacker.Packerfile.Syntax;

/// <summary>What arguments are, read as JSON.</summary>
internal enum JsonForm
{
    /// <summary>No JSON array.</summary>
    None,

    /// <summary>An array of strings.</summary>
    Strings,

    /// <summary>An array that also holds something else.</summary>
    OtherValues,
}
