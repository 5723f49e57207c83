namespace GGUFPacker.Cli.Output;

/// <summary>How a command shows its progress; the words are buildx's.</summary>
internal enum ProgressMode
{
    /// <summary>On a terminal as <see cref="Tty"/>, elsewhere as <see cref="Plain"/>.</summary>
    Auto,

    /// <summary>Lines that stay.</summary>
    Plain,

    /// <summary>A picture of the steps that is drawn over while they go on.</summary>
    Tty,

    /// <summary>A JSON object a line.</summary>
    RawJson,

    /// <summary>Nothing.</summary>
    Quiet,
}
