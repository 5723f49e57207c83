namespace GGUFPacker.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>All is done.</summary>
    public const int Success = 0;

    /// <summary>It could not be done.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The user stopped it.</summary>
    public const int Cancelled = 130;
}
