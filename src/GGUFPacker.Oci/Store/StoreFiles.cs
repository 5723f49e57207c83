using GGUFPacker.Oci.Content;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// Where the store's files lie, and how they come to be there: written under a temporary name on the same volume and then renamed, so that nothing unfinished
/// is ever seen under its final name.
/// Files are not flushed to the disk one by one, which would cost more than making a model anew: after a power failure a file may be short, and sizes are
/// checked whenever one is used.
/// </summary>
internal sealed class StoreFiles(string root, TimeProvider time, Action<int>? writing = null)
{
    /// <summary>Temporary files that nobody has written to for so long belong to a process that is no more.</summary>
    private static readonly TimeSpan s_abandoned = TimeSpan.FromHours(24);

    /// <summary>A transfer that ended early is gone on with for so long.</summary>
    public static readonly TimeSpan PartialAge = TimeSpan.FromDays(7);

    // Large writes take large folios of the page cache, on a virtual machine memory that its host has yet to give back: measured up to five times slower.
    private const int WriteBytes = 128 << 10;

    // .NET tells that a place cannot be taken without the system's number for it.
    private const int UnnumberedFailure = unchecked((int)0x80131620);

    public string Root { get; } = root;

    public TimeProvider Time { get; } = time;

    public string Contents { get; } = Path.Combine(root, "contents", "sha256");

    public string Blobs { get; } = Path.Combine(root, "blobs", "sha256");

    public string Layers { get; } = Path.Combine(root, "layers", "sha256");

    public string Origins { get; } = Path.Combine(root, "origins", "sha256");

    public string Tags { get; } = Path.Combine(root, "tags");

    public string Cache { get; } = Path.Combine(root, "cache");

    public string Trees { get; } = Path.Combine(root, "trees");

    public string Temporary { get; } = Path.Combine(root, "temp");

    public string Partial { get; } = Path.Combine(root, "partial");

    public string Seals { get; } = Path.Combine(root, "seals");

    public string Locks { get; } = Path.Combine(root, "locks");

    public string Lock { get; } = Path.Combine(root, "lock");

    public void Create()
    {
        foreach (var directory in new[] { Contents, Blobs, Layers, Origins, Tags, Cache, Trees, Temporary, Partial, Seals, Locks })
        {
            Directory.CreateDirectory(directory);
        }
    }

    public string NewTemporary() => Path.Combine(Temporary, $"{Environment.ProcessId:x}-{Guid.NewGuid():n}.tmp");

    /// <summary>Writes a small file as a whole or not at all.</summary>
    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = NewTemporary();
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                Write(file, bytes, 0);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Rename(temporary, path);
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            throw Full(error);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Writes into a file of the store.</summary>
    /// <exception cref="StoreException">The disk is full.</exception>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long position)
    {
        try
        {
            writing?.Invoke(bytes.Length);
            for (; bytes.Length > WriteBytes; bytes = bytes[WriteBytes..], position += WriteBytes)
            {
                RandomAccess.Write(file, bytes[..WriteBytes], position);
            }

            RandomAccess.Write(file, bytes, position);
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            throw Full(error);
        }
    }

    /// <summary>
    /// Makes an empty file for so many bytes, whose place is taken at once where the system can do that: what has none fails now, not in hours.
    /// </summary>
    /// <exception cref="StoreException">The disk is full.</exception>
    public SafeFileHandle Create(string path, long size)
    {
        try
        {
            return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, preallocationSize: size);
        }
        catch (IOException error) when (DiskFull.Is(error) || (size > 0 && error.HResult == UnnumberedFailure))
        {
            throw Full(error, size);
        }
    }

    private StoreException Full(IOException error, long size = 0) =>
        new($"The disk of the store '{Root}' is full{(size > 0 ? $": {size} bytes do not fit" : "")}. {DiskFull.Hint}", error);

    /// <summary>Gives a finished temporary file the name that its digest makes; if a whole one is there already, that one stays.</summary>
    public static void Settle(string temporary, string path, long size)
    {
        if (IsWhole(path, size))
        {
            File.Delete(temporary);
            return;
        }

        try
        {
            Rename(temporary, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && IsWhole(path, size))
        {
            // Another process was faster, and on Windows somebody reads its file already. It is the same file.
            File.Delete(temporary);
        }
    }

    public static bool IsWhole(string path, long size) => new FileInfo(path) is { Exists: true } file && file.Length == size;

    public static string In(string directory, Digest digest, string extension = "") => Path.Combine(directory, digest.Hex + extension);

    public static byte[]? ReadIfThere(string path, long limit)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (file.Length > limit)
            {
                throw new StoreException($"The store's file '{path}' has {file.Length} bytes; more than {limit} are not read.");
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void SweepTemporary()
    {
        Sweep(Temporary, s_abandoned);
        Sweep(Partial, PartialAge);
    }

    private void Sweep(string directory, TimeSpan age)
    {
        var limit = Time.GetUtcNow().UtcDateTime - age;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < limit)
            {
                TryDelete(file.FullName);
            }
        }
    }

    /// <summary>A listed file's size; 0 if it is gone by now.</summary>
    public static long LengthOf(FileInfo file) => file.Exists ? file.Length : 0;

    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In use, on Windows: the next sweep takes it.
            return false;
        }
    }

    public static void TryDeleteDirectory(DirectoryInfo directory)
    {
        try
        {
            // Git's objects are read-only, which Windows minds.
            foreach (var file in directory.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.IsReadOnly))
            {
                file.IsReadOnly = false;
            }

            directory.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In use, on Windows: the next time takes it.
        }
    }

    private static void Rename(string from, string to)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                File.Move(from, to, overwrite: true);
                return;
            }
            catch (Exception exception) when (attempt < 10 && exception is IOException or UnauthorizedAccessException && File.Exists(from)
                && OperatingSystem.IsWindows())
            {
                // A reader or a virus scanner holds the old file for a moment.
                Thread.Sleep(10 * attempt);
            }
        }
    }
}
