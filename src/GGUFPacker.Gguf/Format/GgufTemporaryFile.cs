using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// A file that is written beside its place under the name <c>.NAME.GUID.tmp</c> and takes its place once it is whole. While it is open it is locked,
/// which is how the files that a killed process left behind are told from those that are being written.
/// </summary>
internal sealed class GgufTemporaryFile : IDisposable
{
    private const string Suffix = ".tmp";

    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly FileStream _stream;
    private bool _isPublished;

    private GgufTemporaryFile(string path, string temporaryPath, FileStream stream) => (_path, _temporaryPath, _stream) = (path, temporaryPath, stream);

    /// <summary>Takes the bytes, at any place.</summary>
    public SafeFileHandle Handle => _stream.SafeFileHandle;

    /// <summary>Creates a file with room for its bytes: the size is known, so a full disk is noticed before the work and the file is not fragmented.</summary>
    /// <param name="path">The place that the file takes in the end.</param>
    /// <param name="size">Bytes to reserve.</param>
    /// <exception cref="IOException">The file cannot be created, or there is no room for it.</exception>
    public static GgufTemporaryFile Create(string path, long size)
    {
        var full = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"Cannot write '{path}': the directory '{directory}' does not exist.");
        }

        while (true)
        {
            var temporary = Path.Combine(directory, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}{Suffix}");
            var file = new GgufTemporaryFile(full, temporary, Open(temporary, size));

            // Another process may have taken it for an abandoned one in the moment before it was locked.
            if (File.Exists(temporary))
            {
                return file;
            }

            file.Dispose();
        }
    }

    /// <summary>
    /// Removes what killed processes left of earlier attempts to write a file. Nothing is removed where locks do not work, and no failure matters.
    /// </summary>
    /// <param name="path">The place that the file takes in the end.</param>
    public static void RemoveAbandoned(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            var others = Directory.EnumerateFiles(Path.GetDirectoryName(full)!, $".*{Suffix}").Where(other => IsTemporaryOf(full, other)).ToArray();
            if (others.Length == 0)
            {
                return;
            }

            using var probe = Create(path, 0);
            if (!IsLocked(probe._temporaryPath))
            {
                return;
            }

            foreach (var other in others)
            {
                RemoveUnlessLocked(other);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder is missing or closed to us: writing the file tells, with its own name.
        }
    }

    /// <summary>Gives the file its place; an existing file goes.</summary>
    public void Publish()
    {
        File.Move(_temporaryPath, _path, overwrite: true);
        _isPublished = true;
    }

    /// <summary>Closes the file, and removes it unless it has taken its place.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_isPublished)
        {
            File.Delete(_temporaryPath);
        }
    }

    // Sharing for deletion lets the open file be renamed on Windows; elsewhere any sharing but "all" is a lock.
    private static FileStream Open(string path, long size) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.Read | FileShare.Delete,
        Options = FileOptions.SequentialScan,
        BufferSize = 0,
        PreallocationSize = size,
    });

    private static bool IsTemporaryOf(string path, string other)
    {
        var prefix = $".{Path.GetFileName(path)}.";
        var name = Path.GetFileName(other.AsSpan());
        return name.StartsWith(prefix, StringComparison.Ordinal)
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && name.Length > prefix.Length + Suffix.Length
            && Guid.TryParseExact(name[prefix.Length..^Suffix.Length], "N", out _);
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, access: FileAccess.ReadWrite, share: FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static void RemoveUnlessLocked(string path)
    {
        try
        {
            // On Windows the handle must let the file be deleted; whoever writes it does not share writing, so opening fails while it is written.
            using var handle = File.OpenHandle(path, access: FileAccess.ReadWrite, share: OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is being written, or somebody else removed it.
        }
    }
}
