using System.Globalization;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Engine;

/// <summary>An event of a step's life.</summary>
public sealed record BuildProgress
{
    // What is estimated from less is worth nothing.
    private static readonly TimeSpan ShortestBasis = TimeSpan.FromSeconds(3);

    /// <summary>Identifies the step within this build.</summary>
    public required string Step { get; init; }

    /// <summary>What the step does, as a person reads it: <c>[Q4_K_M 1/2] QUANTIZE --type=Q4_K_M a.gguf b.gguf</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the step stands.</summary>
    public required BuildStepStatus Status { get; init; }

    /// <summary>Bytes done so far.</summary>
    public long Done { get; init; }

    /// <summary>Bytes in all; 0 where unknown.</summary>
    public long Total { get; init; }

    /// <summary>What is being worked on, such as a tensor's name.</summary>
    public string? Detail { get; init; }

    /// <summary>How far the step is, for people: <c>50 %, 2.31 GiB of 4.62 GiB, tensor 145 of 291, 40 s left</c>.</summary>
    /// <param name="elapsed">How long the step has run; the rest is taken to go as fast.</param>
    public string Describe(TimeSpan elapsed)
    {
        if (Total <= 0)
        {
            return Detail ?? "";
        }

        var done = Math.Clamp(Done, 0, Total);
        string?[] parts =
        [
            string.Create(CultureInfo.InvariantCulture, $"{(int)(100.0 * done / Total)} %"),
            $"{GgufUnits.FormatBytes(done)} of {GgufUnits.FormatBytes(Total)}",
            Detail,
            done > 0 && elapsed >= ShortestBasis ? $"{DescribeTime(elapsed * ((double)(Total - done) / done))} left" : null,
        ];
        return string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string DescribeTime(TimeSpan time) => time.TotalSeconds < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : time.TotalMinutes < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h");
}
