using System.Collections.Immutable;

namespace GGUFPacker.Build.Sources.Hub;

/// <summary>A repository at one commit.</summary>
/// <param name="Repository"><c>organization/name</c>.</param>
/// <param name="Commit">The commit, 40 hexadecimal digits.</param>
/// <param name="Files">Its files, by path.</param>
/// <param name="License">The licence that the model card names, or null.</param>
internal sealed record HubModel(string Repository, string Commit, ImmutableArray<HubFile> Files, string? License);
