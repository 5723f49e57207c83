namespace GGUFPacker.Cli.Running;

/// <summary>What a command line is written for.</summary>
internal enum Shell
{
    /// <summary>sh, bash, zsh.</summary>
    Sh,

    /// <summary>PowerShell 7.3 or later.</summary>
    PowerShell,

    /// <summary>The command prompt of Windows.</summary>
    Cmd,
}
