using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>Puts a GGUF file that is not written yet where an instruction says.</summary>
internal static class ModelFile
{
    public static ImmutableSortedDictionary<string, TreeEntry> Place(
        BuildSession session,
        GraphNode node,
        StageTree onto,
        string destination,
        Func<CancellationToken, ValueTask<string>> describe,
        Func<CancellationToken, ValueTask<IGgufModel>> open)
    {
        var path = TreePath.Normalize(destination);
        if (TreePath.IsDirectoryForm(destination) || onto.Find(path) is DirectoryEntry)
        {
            throw new StepException($"'{destination}' is a directory; name the GGUF file that shall be written.");
        }

        ImmutableSortedDictionary<string, TreeEntry> difference = ImmutableSortedDictionary<string, TreeEntry>.Empty;
        var content = new DerivedContent(session, node, Layer, describe, open);
        var builder = new DifferenceBuilder(onto);
        builder.Set(path, new FileEntry(content));
        difference = builder.Build();
        return difference;

        // The layer around the file, so that its digest is computed while the file is written.
        PendingLayer Layer(long size) => new(path, size)
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
