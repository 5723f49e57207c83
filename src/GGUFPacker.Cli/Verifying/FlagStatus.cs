namespace GGUFPacker.Cli.Verifying;

/// <summary>Whether llama-server takes a flag.</summary>
internal enum FlagStatus
{
    /// <summary>It does.</summary>
    Current,

    /// <summary>An earlier version did.</summary>
    Gone,

    /// <summary>Another program of llama.cpp does.</summary>
    OfAnotherProgram,
}
