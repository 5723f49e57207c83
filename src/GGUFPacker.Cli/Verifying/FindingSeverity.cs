namespace GGUFPacker.Cli.Verifying;

/// <summary>How bad a finding is.</summary>
internal enum FindingSeverity
{
    /// <summary>The model runs, but probably not as meant.</summary>
    Warning,

    /// <summary>The model does not load, or llama-server does not start.</summary>
    Error,
}
