namespace GGUFPacker.Tasks.Reporting;

/// <summary>
/// The percentage in a terminal's tab or task bar (the escape sequence OSC 9;4), written past MSBuild's own display, which has no place for it.
/// </summary>
internal sealed class TerminalProgress : IDisposable
{
    private readonly StreamWriter _terminal;
    private int _percent = -1;

    private TerminalProgress(StreamWriter terminal) => _terminal = terminal;

    /// <summary>Opens the terminal that the build runs on; null where there is none.</summary>
    public static TerminalProgress? Open()
    {
        try
        {
            var device = OperatingSystem.IsWindows() ? "CONOUT$" : "/dev/tty";
            return new TerminalProgress(new StreamWriter(new FileStream(device, FileMode.Open, FileAccess.Write)) { AutoFlush = true });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Shows a percentage.</summary>
    public void Show(int percent)
    {
        if (Interlocked.Exchange(ref _percent, percent) == percent)
        {
            return;
        }

        lock (_terminal)
        {
            _terminal.Write(FormattableString.Invariant($"\e]9;4;1;{percent}\a"));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_terminal)
        {
            _terminal.Write("\e]9;4;0\a");
            _terminal.Dispose();
        }
    }
}
