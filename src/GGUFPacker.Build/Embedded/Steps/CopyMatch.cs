using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>Something that ADD or COPY copies.</summary>
/// <param name="From">The tree it is in.</param>
/// <param name="Path">The file or directory.</param>
/// <param name="Below">For --parents, the pattern below it.</param>
internal sealed record CopyMatch(FileTree From, string Path, string Below = "")
{
    /// <summary>What the file holds if it is an archive that is unpacked; null for anything else.</summary>
    public LayerRecipe? Archive { get; init; }
}
