using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Tasks.Outputs;

/// <summary>A model file in the output directory: a link to the store's content, so that the bytes lie on disk once.</summary>
internal static class ModelOutput
{
    /// <summary>Puts a file into the output directory, unless it is there already.</summary>
    /// <param name="store">The store.</param>
    /// <param name="file">The file in the store.</param>
    /// <param name="path">Its name in the output directory; it never holds half a file.</param>
    /// <returns>Whether it was not there.</returns>
    public static bool Place(ContentStore store, ImageFile file, string path)
    {
        var source = new FileInfo(store.Contents.PathOf(file.Digest));
        var target = new FileInfo(path);

        // A link shares its time with the store's file, and a copy is given it.
        if (target.Exists && target.Length == source.Length && target.LastWriteTimeUtc == source.LastWriteTimeUtc)
        {
            return false;
        }

        // Newer than the file that it replaces: those who copy it go by time, and the cache may hold an old file.
        store.Contents.Link(file.Digest, path, renews: true);
        return true;
    }
}
