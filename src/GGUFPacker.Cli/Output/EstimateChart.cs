using System.Globalization;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Output;

/// <summary>Bars of what each device holds, for a terminal: shades tell the parts apart, so that they are seen without colours too.</summary>
internal static class EstimateChart
{
    private const int Width = 48;

    /// <summary>Writes a bar for the host and one for each device.</summary>
    public static void Write(TextWriter output, EngineEstimate estimate)
    {
        var memories = estimate.Devices.Prepend(estimate.Host).ToArray();
        var names = memories.Select(memory => memory.Device.Kind == ComputeDeviceKind.Cpu ? "RAM" : memory.Device.Name).ToArray();
        var nameWidth = names.Max(name => name.Length);

        // Devices of unknown size are drawn against the one that holds the most.
        var largest = memories.Max(memory => Math.Max(memory.Anonymous, memory.Device.MemoryBytes));
        foreach (var (name, memory) in names.Zip(memories))
        {
            var whole = memory.Device.MemoryBytes > 0 ? memory.Device.MemoryBytes : largest;
            output.WriteLine($"{name.PadRight(nameWidth)}  {Bar(memory, Math.Max(whole, memory.Anonymous))}  {Figures(memory)}");
        }

        output.WriteLine($"{new string(' ', nameWidth)}  █ weights  ▓ KV cache  ▒ compute and output  ░ platform  · free");
    }

    private static string Bar(DeviceMemory memory, long whole)
    {
        var bar = new char[Width];
        Array.Fill(bar, memory.Device.MemoryBytes > 0 ? '·' : ' ');
        var begin = 0L;
        foreach (var (bytes, shade) in new[]
        {
            (memory.Weights - memory.MappedWeights, '█'), (memory.Cache, '▓'), (memory.Compute + memory.Output, '▒'), (memory.Footprint, '░'),
        })
        {
            var (from, to) = (Column(begin), Column(begin + bytes));
            Array.Fill(bar, shade, from, to - from);
            begin += bytes;
        }

        return new string(bar);

        int Column(long bytes) => whole == 0 ? 0 : (int)Math.Round(Width * ((double)bytes / whole));
    }

    private static string Figures(DeviceMemory memory)
    {
        var total = GgufUnits.FormatBytes(memory.Anonymous);
        var mapped = memory.MappedWeights > 0 ? $" + {GgufUnits.FormatBytes(memory.MappedWeights)} of the mapped file" : "";
        return memory.Device.MemoryBytes == 0
            ? total + mapped
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{total} of {GgufUnits.FormatBytes(memory.Device.MemoryBytes)} ({100.0 * memory.Anonymous / memory.Device.MemoryBytes:F0} %)") + mapped;
    }
}
