using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Reports;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Estimation.Pictures;

/// <summary>Bars, one for the host and one for each device, all on one scale.</summary>
internal static class BarsDrawing
{
    private const int MostRows = 12;
    private const double Left = 96;
    private const double BarWidth = 540;
    private const double BarHeight = 18;
    private const double LineHeight = 28;

    /// <summary>Draws the bars and their legend.</summary>
    /// <returns>Where the drawing ends.</returns>
    public static double Draw(SvgWriter svg, EstimateDocument document, double y)
    {
        var rows = document.Rows.Take(MostRows).ToArray();
        var memories = rows.SelectMany(row => MemoriesOf(row.Estimate)).ToArray();
        var largest = Math.Max(1, memories.Max(memory => Math.Max(memory.Total, memory.Device.MemoryBytes)));
        foreach (var row in rows)
        {
            if (rows.Length > 1)
            {
                svg.Text("text", Label(row.Estimate), ("x", 16.0), ("y", y + 14), ("class", "soft"));
                y += 22;
            }

            foreach (var memory in MemoriesOf(row.Estimate))
            {
                DrawBar(svg, memory, BarWidth / largest, y);
                y += LineHeight;
            }
        }

        if (rows.Length < document.Rows.Length)
        {
            svg.Text("text", $"and {document.Rows.Length - rows.Length} more", ("x", 16.0), ("y", y + 14), ("class", "soft"));
            y += 22;
        }

        return DrawLegend(svg, memories.Any(memory => memory.MappedWeights > 0), memories.Any(memory => memory.Device.MemoryBytes > 0), y + 6);
    }

    internal static string NameOf(DeviceMemory memory) => memory.Device.Kind == ComputeDeviceKind.Cpu ? "RAM" : memory.Device.Name;

    internal static string Label(EngineEstimate estimate) =>
        FormattableString.Invariant(
            $"context {estimate.Model.Resolved.ContextSize}, {estimate.Model.OffloadedLayers} of {estimate.Model.LayerDevices.Length} layers on devices");

    internal static IEnumerable<DeviceMemory> MemoriesOf(EngineEstimate estimate) => estimate.Devices.Prepend(estimate.Host);

    private static void DrawBar(SvgWriter svg, DeviceMemory memory, double scale, double y)
    {
        svg.Text("text", NameOf(memory), ("x", Left - 10), ("y", y + 13), ("text-anchor", "end"));
        if (memory.Device.MemoryBytes > 0)
        {
            svg.Empty("rect", ("x", Left), ("y", y), ("width", memory.Device.MemoryBytes * scale), ("height", BarHeight), ("rx", 3.0), ("class", "free"));
        }

        var x = Left;
        foreach (var (bytes, name, kind) in new[]
        {
            (memory.Weights - memory.MappedWeights, "weights", "weights"),
            (memory.Cache, "KV cache", "kv"),
            (memory.Compute + memory.Output, "compute and output", "compute"),
            (memory.Footprint, "platform", "platform"),
            (memory.MappedWeights, "pages of the mapped file", "mapped"),
        })
        {
            if (bytes > 0)
            {
                svg.Begin("rect", ("x", x), ("y", y), ("width", bytes * scale), ("height", BarHeight), ("class", kind));
                svg.Text("title", $"{NameOf(memory)}: {GgufUnits.FormatBytes(bytes)} of {name}");
                svg.End("rect");
                x += bytes * scale;
            }
        }

        var of = memory.Device.MemoryBytes > 0 ? $" of {GgufUnits.FormatBytes(memory.Device.MemoryBytes)}" : "";
        svg.Text("text", GgufUnits.FormatBytes(memory.Anonymous) + of, ("x", MemoryPicture.Width - 16), ("y", y + 13), ("text-anchor", "end"));
    }

    private static double DrawLegend(SvgWriter svg, bool hasMapped, bool hasFree, double y)
    {
        var x = Left;
        foreach (var (kind, name, isUsed) in new[]
        {
            ("weights", "weights", true),
            ("kv", "KV cache", true),
            ("compute", "compute and output", true),
            ("platform", "platform", true),
            ("mapped", "pages of the mapped file", hasMapped),
            ("free", "free", hasFree),
        })
        {
            if (isUsed)
            {
                svg.Empty("rect", ("x", x), ("y", y), ("width", 11.0), ("height", 11.0), ("rx", 2.0), ("class", kind));
                svg.Text("text", name, ("x", x + 16), ("y", y + 10), ("class", "soft"));
                x += 36 + (name.Length * 6.2);
            }
        }

        return y + 18;
    }
}
