using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Tasks.Estimates;
using GGUFPacker.Tasks.Hosting;
using GGUFPacker.Tasks.Outputs;
using GGUFPacker.Tasks.Reporting;
using Microsoft.Build.Framework;

namespace GGUFPacker.Tasks;

/// <summary>Estimates the memory that each of a project's models takes, and holds it against the project's limits.</summary>
public sealed class EstimateGGUFMemory : GGUFTask
{
    private const string MaxVramProperty = "GGUFMaxVram";
    private const string MaxRamProperty = "GGUFMaxRam";

    /// <summary>The files of the output directory.</summary>
    public ITaskItem[] Outputs { get; set; } = [];

    /// <summary>The images' names.</summary>
    public string[] Images { get; set; } = [];

    /// <summary>The store's directory.</summary>
    [Required]
    public string StorePath { get; set; } = "";

    /// <summary>The most memory that the devices may need together, such as <c>24GiB</c>; empty for no limit.</summary>
    public string MaxVram { get; set; } = "";

    /// <summary>The same for the host.</summary>
    public string MaxRam { get; set; } = "";

    /// <summary>The directory that reports are written to; empty for none.</summary>
    public string ReportDirectory { get; set; } = "";

    /// <summary>Takes a line for each model, <c>model|path|text</c>, and for each report, <c>report|path|</c>. Also the stamp of this step.</summary>
    [Required]
    public string Record { get; set; } = "";

    /// <inheritdoc />
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var projectDirectory = Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!;
        var limits = new MemoryLimits { DeviceBytes = SizeOf(MaxVramProperty, MaxVram), HostBytes = SizeOf(MaxRamProperty, MaxRam) };
        var estimates = await EstimateAsync(limits, cancellationToken).ConfigureAwait(false);
        foreach (var image in estimates)
        {
            Check(image, limits, estimates);
        }

        if (Log.HasLoggedErrors)
        {
            return;
        }

        var lines = new List<string>();
        foreach (var output in Outputs)
        {
            var path = Path.GetFullPath(output.ItemSpec, projectDirectory);
            var estimate = estimates.Find(image => image.ModelFile == Path.GetFileName(path))?.Document.Rows[0].Estimate;
            lines.Add($"model|{output.ItemSpec}|{EstimateText.Summarize(BytesOf(path), estimate)}");
        }

        if (ReportDirectory.Length > 0)
        {
            var directory = Path.GetFullPath(ReportDirectory.Replace('\\', Path.DirectorySeparatorChar), projectDirectory);
            lines.AddRange(estimates.SelectMany(image => EstimateFiles.Write(directory, image)).Select(name => $"report|{Path.Combine(directory, name)}|"));
        }

        BuildRecord.WriteEstimates(Path.GetFullPath(Record.Replace('\\', Path.DirectorySeparatorChar), projectDirectory), lines);
    }

    private async Task<List<ImageEstimate>> EstimateAsync(MemoryLimits limits, CancellationToken cancellationToken)
    {
        using var store = ContentStore.Open(StorePath);
        var estimates = new List<ImageEstimate>();
        var seen = new HashSet<Digest>();
        foreach (var reference in Images)
        {
            // Several tags of one image are one model.
            if (store.Tags.Find(ImageReference.Parse(reference)) is { } tag && !seen.Add(tag.Manifest.Digest))
            {
                continue;
            }

            try
            {
                if (await ImageEstimator.EstimateAsync(store, reference, cancellationToken).ConfigureAwait(false) is { } estimate
                    && estimates.TrueForAll(other => other.ModelFile != estimate.ModelFile))
                {
                    estimates.Add(estimate);
                }
            }
            catch (Exception exception) when (exception is EstimateException or ContentException or StoreException or GgufException or IOException)
            {
                // Without limits nobody waits for the estimate: the build is as good without it.
                if (limits == MemoryLimits.None)
                {
                    Log.LogMessage(MessageImportance.Normal, "The memory of {0} cannot be estimated: {1}", reference, exception.Message);
                    continue;
                }

                var property = limits.DeviceBytes is not null ? MaxVramProperty : MaxRamProperty;
                LogError(
                    TaskDiagnosticCodes.NoEstimate, property, $"{property} cannot be held: the memory of {reference} cannot be estimated. {exception.Message}");
            }
        }

        return estimates;
    }

    private void Check(ImageEstimate image, MemoryLimits limits, List<ImageEstimate> all)
    {
        foreach (var excess in limits.Excesses(image.Document.Rows[0].Estimate))
        {
            var property = excess.IsHost ? MaxRamProperty : MaxVramProperty;
            LogError(TaskDiagnosticCodes.TooMuchMemory, property, EstimateText.Refuse(image, excess, property, limits, all));
        }
    }

    private long? SizeOf(string property, string text) =>
        text.Trim().Length == 0 ? null
        : ByteSize.TryParse(text, out var bytes) ? bytes
        : throw ProjectFault.At(
            ProjectLocation.OfProperty(ProjectFile, property),
            TaskDiagnosticCodes.InvalidMemorySize,
            $"{property} is '{text}', which is no size of memory: write 24GiB or 512MiB.");

    private void LogError(string code, string property, string message) =>
        Log.LogDiagnostic(new Diagnostic(code, DiagnosticSeverity.Error, ProjectLocation.OfProperty(ProjectFile, property), message));

    // Of a split model the files that follow the first count with it.
    private static long BytesOf(string path)
    {
        var split = GgufSplitName.TryParse(path) is { Number: 1 } first ? Enumerable.Range(1, first.Count).Select(first.PathOf) : [path];
        return split.Where(File.Exists).Sum(part => new FileInfo(part).Length);
    }
}
