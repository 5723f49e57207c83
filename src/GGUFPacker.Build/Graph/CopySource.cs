namespace GGUFPacker.Build.Graph;

/// <summary>A source of ADD or COPY.</summary>
/// <param name="From">The file system.</param>
/// <param name="Path">A path or pattern in it.</param>
public sealed record CopySource(GraphNode From, string Path);
