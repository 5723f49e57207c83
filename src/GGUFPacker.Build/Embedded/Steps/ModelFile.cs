using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>Puts GGUF files that are not written yet where an instruction says.</summary>
internal static class ModelFile
{
    /// <summary>What the node puts onto its base.</summary>
    /// <param name="session">The build.</param>
    /// <param name="node">The node.</param>
    /// <param name="onto">Its base.</param>
    /// <param name="destination">Where the file goes.</param>
    /// <param name="model">The model that the file will hold.</param>
    /// <exception cref="StepException">The destination cannot take a file.</exception>
    public static ImmutableSortedDictionary<string, TreeEntry> Place(
        BuildSession session,
        GraphNode node,
        StageTree onto,
        string destination,
        DerivedModel model) =>
        PlaceParts(session, node, onto, [destination], _ => model);

    /// <summary>The same for several files, each known by its number from 0.</summary>
    /// <inheritdoc cref="Place"/>
    public static ImmutableSortedDictionary<string, TreeEntry> PlaceParts(
        BuildSession session,
        GraphNode node,
        StageTree onto,
        IReadOnlyList<string> destinations,
        Func<int, DerivedModel> partOf)
    {
        var difference = ImmutableSortedDictionary<string, TreeEntry>.Empty;
        var builder = new DifferenceBuilder(onto);
        for (var i = 0; i < destinations.Count; i++)
        {
            var path = onto.Resolve(TreePath.Normalize(destinations[i]));
            if (TreePath.IsDirectoryForm(destinations[i]) || onto.Find(path) is DirectoryEntry)
            {
                throw new StepException($"'{destinations[i]}' is a directory; name the GGUF file that shall be written.");
            }

            // The digest of a layer around one file is computed while the file is written; a layer of several files is put together afterwards.
            var content = new DerivedContent(
                session,
                node,
                destinations.Count == 1 ? size => Layer(path, size) : null,
                partOf(i));
            builder.Set(path, new FileEntry(content));
        }

        difference = builder.Build();
        return difference;

        PendingLayer Layer(string path, long size) => new(path, size)
        {
            Modified = session.Epoch.ToUnixTimeSeconds(),
            OtherEntries =
            [
                .. from entry in difference
                   where entry.Value is DirectoryEntry
                   select LayerEntry.Directory(entry.Key) with { Mode = entry.Value.Mode, Modified = session.Epoch.ToUnixTimeSeconds() },
            ],
        };
    }
}
