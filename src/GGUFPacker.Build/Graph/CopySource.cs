namespace GGUFPacker.Build.Graph;

/// <summary>A source of ADD or COPY.</summary>
/// <param name="From">The file system.</param>
/// <param name="Path">A path or pattern in it.</param>
/// <param name="Unpack">Whether a file that is an archive is unpacked: ADD's --unpack.</param>
public sealed record CopySource(GraphNode From, string Path, bool Unpack = false);
