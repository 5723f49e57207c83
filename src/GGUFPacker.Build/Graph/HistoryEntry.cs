namespace GGUFPacker.Build.Graph;

/// <summary>A line of an image's history.</summary>
/// <param name="CreatedBy">The instruction, in the form that BuildKit's exporter writes.</param>
/// <param name="EmptyLayer">Whether the instruction adds no layer.</param>
public sealed record HistoryEntry(string CreatedBy, bool EmptyLayer);
