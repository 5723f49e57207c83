using System.Globalization;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Engine;

/// <summary>An event of a step's life.</summary>
public sealed record BuildProgress
{
    // What is estimated from less is worth nothing.
    private static readonly TimeSpan ShortestBasis = TimeSpan.FromSeconds(3);

    /// <summary>Identifies the step within this build: its node's digest.</summary>
    public required string Step { get; init; }

    /// <summary>What the step does, as a person reads it: <c>[Q4_K_M 1/2] QUANTIZE --type=Q4_K_M a.gguf b.gguf</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the step stands.</summary>
    public required BuildStepStatus Status { get; init; }

    /// <summary>
    /// The file that the bytes are about, where a step brings several; null if they are the step's own. Such an event is always
    /// <see cref="BuildStepStatus.Advanced"/>: with the first one the file begins, with the one whose bytes are all done it ends.
    /// </summary>
    public string? Part { get; init; }

    /// <summary>Bytes done so far.</summary>
    public long Done { get; init; }

    /// <summary>Bytes in all; 0 where unknown.</summary>
    public long Total { get; init; }

    /// <summary>What is being worked on, such as a tensor's name.</summary>
    public string? Detail { get; init; }

    /// <summary>How far the step is, for people: <c>50 %, 2.31 GiB of 4.62 GiB, 118 MiB/s, tensor 145 of 291, 20 s left</c>.</summary>
    /// <param name="elapsed">How long the step has run; the rest is taken to go as fast.</param>
    /// <param name="from">The bytes that were done when it began.</param>
    public string Describe(TimeSpan elapsed, long from = 0)
    {
        if (Total <= 0)
        {
            return Detail ?? "";
        }

        var done = Math.Clamp(Done, 0, Total);
        var worked = done - from;
        var tells = worked > 0 && elapsed >= ShortestBasis;
        string?[] parts =
        [
            string.Create(CultureInfo.InvariantCulture, $"{(int)(100.0 * done / Total)} %"),
            $"{GgufUnits.FormatBytes(done)} of {GgufUnits.FormatBytes(Total)}",
            tells ? $"{GgufUnits.FormatBytes((long)(worked / elapsed.TotalSeconds))}/s" : null,
            Detail,
            tells && done < Total ? $"{DescribeTime(elapsed * ((double)(Total - done) / worked))} left" : null,
        ];
        return string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }

    private static string DescribeTime(TimeSpan time) => time.TotalSeconds < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s")
        : time.TotalMinutes < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h");
}
