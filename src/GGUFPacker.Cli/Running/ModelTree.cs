using GGUFPacker.Oci.Layers;

namespace GGUFPacker.Cli.Running;

/// <summary>The files of a model's image on this machine.</summary>
/// <param name="Directory">The directory that stands for the image's root.</param>
/// <param name="Files">What the image holds.</param>
internal sealed record ModelTree(string Directory, IReadOnlyDictionary<string, LayerEntry> Files)
{
    /// <summary>The file or directory that an argument names, links followed, as a path without a leading <c>/</c>; null if the image has none.</summary>
    public string? Find(string argument)
    {
        try
        {
            return LayerFiles.Resolve(Files, argument) is { Kind: LayerEntryKind.File or LayerEntryKind.Directory } entry ? entry.Path : null;
        }
        catch (LayerException)
        {
            return null;
        }
    }
}
