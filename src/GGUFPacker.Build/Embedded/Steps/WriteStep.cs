using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>CAT, and the heredocs of ADD and COPY.</summary>
internal static class WriteStep
{
    /// <summary>What the node puts onto its base.</summary>
    /// <exception cref="StepException">The destination cannot take the files.</exception>
    public static ImmutableSortedDictionary<string, TreeEntry> Run(WriteNode node, StageTree onto, Func<ImmutableArray<byte>, FileContent> open)
    {
        var destination = onto.Resolve(TreePath.Normalize(node.Destination));
        var isDirectory = TreePath.IsDirectoryForm(node.Destination) || onto.Find(destination) is DirectoryEntry || node.Files.Length > 1;
        var difference = new DifferenceBuilder(onto);
        foreach (var (name, content) in node.Files)
        {
            difference.Set(isDirectory ? TreePath.Join(destination, TreePath.Normalize(name)) : destination, new FileEntry(open(content), node.Mode));
        }

        return difference.Build();
    }
}
