using System.Globalization;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Tasks.Estimates;

/// <summary>Estimates in a build's output.</summary>
internal static class EstimateText
{
    /// <summary>What stands behind a model's file: its size and the memory that it needs.</summary>
    public static string Summarize(long fileBytes, EngineEstimate? estimate)
    {
        var size = GgufUnits.FormatBytes(fileBytes);
        if (estimate is null)
        {
            return $" ({size})";
        }

        var about = estimate.Confidence == EstimateConfidence.Exact ? "" : "about ";
        return string.Create(
            CultureInfo.InvariantCulture, $" ({size}, takes {about}{Needs(estimate)} with a context of {estimate.Model.Resolved.ContextSize})");
    }

    /// <summary>What an image that is beyond a limit needs, and the way out.</summary>
    /// <param name="image">The image.</param>
    /// <param name="excess">The limit.</param>
    /// <param name="property">The property that sets it.</param>
    /// <param name="limits">All limits.</param>
    /// <param name="others">The project's other images.</param>
    public static string Refuse(ImageEstimate image, MemoryExcess excess, string property, MemoryLimits limits, IEnumerable<ImageEstimate> others)
    {
        var shipped = others.Where(other => other.ModelFile != image.ModelFile && limits.Fits(other.Document.Rows[0].Estimate))
            .OrderByDescending(other => other.Document.TensorBytes).FirstOrDefault();
        string[] ways =
        [
            .. shipped is null ? [] : new[] { $"{shipped.ModelFile} of this project takes {Needs(shipped.Document.Rows[0].Estimate)}" },
            .. Remedies.Find(image.Setup, limits).Where(remedy => shipped is null || remedy.Kind != RemedyKind.SmallerType).Select(Describe),
        ];
        return $"{image.ModelFile} needs {GgufUnits.FormatBytes(excess.Needed)} of {excess.Name}; {property} allows {GgufUnits.FormatBytes(excess.Limit)}. "
            + (ways.Length == 0 ? "No smaller type, shorter context or fewer layers on devices make it fit." : $"What fits: {string.Join("; ", ways)}.");
    }

    private static string Describe(Remedy remedy) =>
        (remedy.Kind == RemedyKind.SmallerType ? $"quantized to {remedy.Change} it takes " : $"with {remedy.Change} it takes ") + Needs(remedy.Estimate);

    private static string Needs(EngineEstimate estimate) => estimate.Devices.IsEmpty
        ? $"{GgufUnits.FormatBytes(estimate.HostBytes)} of RAM"
        : $"{GgufUnits.FormatBytes(estimate.DeviceBytes)} of VRAM and {GgufUnits.FormatBytes(estimate.HostBytes)} of RAM";
}
