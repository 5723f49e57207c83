using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Estimation.Reports;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Output;

/// <summary>Tells what does not fit, and what would.</summary>
internal static class LimitReport
{
    /// <summary>Tells of each estimate that does not fit; of the last one also the ways out.</summary>
    /// <returns>Whether all fit.</returns>
    public static bool Write(CliConsole console, EstimateDocument document, EngineSetup setup, MemoryLimits limits)
    {
        var refused = document.Rows.Where(row => row.Fits == false).ToArray();
        foreach (var row in refused)
        {
            foreach (var excess in limits.Excesses(row.Estimate))
            {
                console.Note($"gguf-packer: {document.Name} needs {GgufUnits.FormatBytes(excess.Needed)} of {excess.Name}; there are {GgufUnits.FormatBytes(excess.Limit)}.");
            }
        }

        if (refused.Length > 0)
        {
            var last = refused[^1].Estimate;
            WriteRemedies(console, setup with { Arguments = last.Arguments }, limits);
        }

        return refused.Length == 0;
    }

    /// <summary>Tells that not even the smallest context fits.</summary>
    public static void WriteNothingFits(CliConsole console, string name, EngineSetup setup, MemoryLimits limits)
    {
        console.Note($"gguf-packer: {name} does not fit, however few layers and however little context there are.");
        WriteRemedies(console, setup, limits);
    }

    private static void WriteRemedies(CliConsole console, EngineSetup setup, MemoryLimits limits)
    {
        foreach (var remedy in Remedies.Find(setup, limits))
        {
            console.Note($"  It fits {Describe(remedy)}.");
        }
    }

    private static string Describe(Remedy remedy)
    {
        var needed = $"{GgufUnits.FormatBytes(remedy.Estimate.DeviceBytes)} of VRAM, {GgufUnits.FormatBytes(remedy.Estimate.HostBytes)} of RAM";
        return remedy.Kind == RemedyKind.SmallerType ? $"quantized to {remedy.Change}: {needed}" : $"with {remedy.Change}: {needed}";
    }
}
