using System.Globalization;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Pictures;

/// <summary>Memory over context: a line for the host and one for each device, and their sizes as dashed lines.</summary>
internal static class CurveDrawing
{
    private const double Left = 96;
    private const double Width = 600;
    private const double Height = 200;
    private const int Ticks = 4;

    /// <summary>Draws the lines, the axes and the names.</summary>
    /// <returns>Where the drawing ends.</returns>
    public static double Draw(SvgWriter svg, ContextCurve curve, double y)
    {
        var last = curve.Points[^1];
        var names = BarsDrawing.MemoriesOf(last).Select(BarsDrawing.NameOf).ToArray();
        var lines = curve.Points.Select(point => BarsDrawing.MemoriesOf(point).Select(memory => memory.Anonymous).ToArray()).ToArray();
        var limits = BarsDrawing.MemoriesOf(last).Select(memory => memory.Device.MemoryBytes).Where(bytes => bytes > 0).Distinct().ToArray();
        var contexts = curve.Points.Select(point => point.Model.Resolved.ContextSize).ToArray();
        var step = NiceStep(Math.Max(lines.Max(line => line.Max()), limits.DefaultIfEmpty(0).Max()));
        var (top, largest) = ((double)step * Ticks, (double)contexts[^1]);
        svg.Text("text", "Memory over context", ("x", 16.0), ("y", y), ("class", "soft"));
        y += 12;
        for (var tick = 0; tick <= Ticks; tick++)
        {
            var at = YOf(step * tick);
            svg.Empty("line", ("x1", Left), ("x2", Left + Width), ("y1", at), ("y2", at), ("class", "rule"));
            svg.Text("text", GgufUnits.FormatBytes(step * tick), ("x", Left - 8), ("y", at + 4), ("text-anchor", "end"), ("class", "soft"));
            var context = largest * tick / Ticks;
            svg.Text(
                "text",
                context.ToString("0", CultureInfo.InvariantCulture),
                ("x", XOf(context)),
                ("y", y + Height + 16),
                ("text-anchor", "middle"),
                ("class", "soft"));
        }

        foreach (var limit in limits.Where(limit => limit <= top))
        {
            svg.Empty("line", ("x1", Left), ("x2", Left + Width), ("y1", YOf(limit)), ("y2", YOf(limit)), ("class", "limit"));
        }

        // Names of lines that end close to each other would cover each other.
        var lowest = double.MaxValue;
        foreach (var device in Enumerable.Range(0, names.Length).OrderBy(device => lines[^1][device]))
        {
            var points = contexts.Select((context, i) => string.Create(CultureInfo.InvariantCulture, $"{XOf(context):0.##},{YOf(lines[i][device]):0.##}"));
            svg.Empty(
                "polyline", ("points", string.Join(' ', points)), ("class", string.Create(CultureInfo.InvariantCulture, $"line line{Math.Min(device, 3)}")));
            lowest = Math.Min(YOf(lines[^1][device]) + 4, lowest - 14);
            svg.Text("text", $"{names[device]} {GgufUnits.FormatBytes(lines[^1][device])}", ("x", Left + Width + 8), ("y", lowest));
        }

        return y + Height + 24;

        double XOf(double context) => Left + (Width * context / largest);

        double YOf(double bytes) => y + Height - (Height * bytes / top);
    }

    /// <summary>A power of two, or half as much again, that so many ticks of cover a size.</summary>
    private static long NiceStep(long bytes)
    {
        var step = 1L << 10;
        while (step * Ticks < bytes)
        {
            if (step / 2 * 3 * Ticks >= bytes)
            {
                return step / 2 * 3;
            }

            step *= 2;
        }

        return step;
    }
}
