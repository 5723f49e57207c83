using GGUFPacker.Build.Engine;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Output;

/// <summary>
/// One picture of the steps, in the form of BuildKit's: a line for each step with its time on the right, and below a step at work a line for each file of it.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="title">What goes on.</param>
/// <param name="width">The terminal's columns.</param>
/// <param name="hasColors">Whether it shows colors.</param>
internal sealed class TerminalFrame(TimeProvider time, string title, int width, bool hasColors)
{
    private const int MaxParts = 8;
    private const string Blue = "\e[34m";
    private const string Red = "\e[31m";
    private const string Yellow = "\e[33m";

    /// <summary>Draws the steps.</summary>
    /// <param name="board">The steps.</param>
    /// <param name="began">When the work began.</param>
    /// <param name="isFinal">Whether the work has ended; what still runs was cut off then.</param>
    /// <param name="height">The lines there are room for; the steps that ended first are left out.</param>
    public IReadOnlyList<string> Draw(ProgressBoard board, long began, bool isFinal, int height)
    {
        var ended = board.Steps.Count(step => step.Ended is not null);
        var lines = new List<(bool IsOld, string Text)>();
        foreach (var step in board.Steps)
        {
            lines.AddRange(Lines(step, isFinal).Select(line => (step.Ended is not null, line)));
        }

        for (var i = 0; lines.Count >= Math.Max(height, 2) && i < lines.Count;)
        {
            if (lines[i].IsOld)
            {
                lines.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }

        var seconds = time.GetElapsedTime(began).TotalSeconds;
        var head = FormattableString.Invariant($"[+] {title} {seconds:0.0}s ({ended}/{board.Steps.Count}){(isFinal ? " FINISHED" : "")}");
        return [Fit(head), .. lines.Select(line => line.Text).Take(Math.Max(height, 2) - 1)];
    }

    private IEnumerable<string> Lines(ProgressStep step, bool isFinal)
    {
        var isCut = step.Ended is null && isFinal;
        var (prefix, color) = step.Status switch
        {
            BuildStepStatus.Cached => ("CACHED ", Blue),
            BuildStepStatus.Failed => ("ERROR ", Red),
            _ when isCut => ("CANCELED ", Yellow),
            _ => ("", step.Ended is null ? "" : Blue),
        };
        yield return Line($" => {prefix}{step.Name}", step.Began, step.Ended, color);
        if (step.Ended is not null || isCut)
        {
            yield break;
        }

        if (step.Note is not null)
        {
            yield return Fit($" => => {step.Note}");
        }

        if (step.Bytes is { } bytes)
        {
            yield return Line($" => => {bytes.Describe(time.GetElapsedTime(bytes.Began))}", bytes.Began, bytes.Ended, "");
        }

        // The files at work, and before them those that came last.
        var atWork = step.Parts.Where(part => part.Ended is null).TakeLast(MaxParts).ToList();
        var done = step.Parts.Where(part => part.Ended is not null).TakeLast(MaxParts - atWork.Count);
        foreach (var part in done.Concat(atWork))
        {
            var text = part.Ended is null ? part.Describe(time.GetElapsedTime(part.Began)) : GgufUnits.FormatBytes(part.Last.Total);
            yield return Line($" => => {part.Part} {text}", part.Began, part.Ended, part.Ended is null ? "" : Blue);
        }
    }

    // A name may hold what would move the cursor.
    private string Fit(string text, int room = 0)
    {
        var shown = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        var columns = Math.Max(width - 1 - room, 10);
        return shown.Length <= columns ? shown : shown[..(columns - 1)] + "…";
    }

    private string Line(string text, long began, long? ended, string color)
    {
        var seconds = FormattableString.Invariant($" {time.GetElapsedTime(began, ended ?? time.GetTimestamp()).TotalSeconds:0.0}s");
        var line = Fit(text, seconds.Length).PadRight(Math.Max(width - 1 - seconds.Length, 0)) + seconds;
        return hasColors && color.Length > 0 ? color + line + "\e[0m" : line;
    }
}
