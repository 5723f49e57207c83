using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// The files of a checkpoint as Hugging Face lays them out: relative names (with '/', ordinal) and where their bytes lie.
/// The bytes need not lie together: a build's file system keeps each file under its digest.
/// </summary>
public sealed class CheckpointFiles
{
    /// <summary>The largest file that <see cref="ReadAllBytes"/> takes unless told otherwise; weights are never read this way.</summary>
    public const int MaximumFileBytes = 256 << 20;

    private readonly ImmutableSortedDictionary<string, string> _paths;

    /// <summary>Creates the set from a map of relative names to physical paths.</summary>
    /// <param name="name">The checkpoint's own name, as its directory would be called; general.name and others come from it.</param>
    /// <param name="paths">Relative names, with '/' between folders, and the paths of their bytes.</param>
    public CheckpointFiles(string name, IEnumerable<KeyValuePair<string, string>> paths)
    {
        Name = name;
        _paths = paths.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>The checkpoint's name: the last part of its directory's path.</summary>
    public string Name { get; }

    /// <summary>The relative names, in ordinal order.</summary>
    public IEnumerable<string> Names => _paths.Keys;

    /// <summary>All files below a directory. Folders whose name begins with a dot (.git, .cache) are left out.</summary>
    /// <exception cref="CheckpointException">The directory is not there.</exception>
    public static CheckpointFiles FromDirectory(string path)
    {
        var root = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (!root.Exists)
        {
            throw new CheckpointException($"Cannot open the checkpoint '{path}': there is no such directory.");
        }

        var paths = new List<KeyValuePair<string, string>>();
        var folders = new Stack<(DirectoryInfo Folder, string Prefix)>([(root, "")]);
        while (folders.TryPop(out var current))
        {
            foreach (var file in current.Folder.EnumerateFiles())
            {
                paths.Add(new(current.Prefix + file.Name, file.FullName));
            }

            foreach (var folder in current.Folder.EnumerateDirectories())
            {
                if (!folder.Name.StartsWith('.') && !folder.Attributes.HasFlag(FileAttributes.ReparsePoint))
                {
                    folders.Push((folder, $"{current.Prefix}{folder.Name}/"));
                }
            }
        }

        return new CheckpointFiles(root.Name, paths);
    }

    /// <summary>Whether there is a file of this relative name.</summary>
    public bool Exists(string name) => _paths.ContainsKey(name);

    /// <summary>The path of a file's bytes.</summary>
    /// <exception cref="CheckpointException">There is no such file.</exception>
    public string PathOf(string name) =>
        _paths.GetValueOrDefault(name) ?? throw new CheckpointException($"The checkpoint '{Name}' has no file '{name}'.");

    /// <summary>Opens a file for sequential reading.</summary>
    /// <exception cref="CheckpointException">There is no such file, or it cannot be read.</exception>
    public Stream OpenRead(string name)
    {
        var path = PathOf(name);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 << 10, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"Cannot open '{name}' of the checkpoint '{Name}': {exception.Message}", exception);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="CheckpointException">There is no such file, it cannot be read, or it is larger than <paramref name="maximumBytes"/>.</exception>
    public byte[] ReadAllBytes(string name, int maximumBytes = MaximumFileBytes)
    {
        using var stream = OpenRead(name);
        if (stream.Length > maximumBytes)
        {
            throw new CheckpointException($"'{name}' of the checkpoint '{Name}' has {stream.Length} bytes; at most {maximumBytes} are read.");
        }

        var bytes = new byte[stream.Length];
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (IOException exception)
        {
            throw new CheckpointException($"Cannot read '{name}' of the checkpoint '{Name}': {exception.Message}", exception);
        }

        return bytes;
    }
}
