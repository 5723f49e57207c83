namespace GGUFPacker.Packerfile.Instructions;

/// <summary>Carries a fault out of the reading of one instruction; never leaves <see cref="InstructionReader"/>.</summary>
internal sealed class InstructionFaultException(string code, string message) : Exception(message)
{
    /// <summary>The diagnostic's code.</summary>
    public string Code { get; } = code;
}
