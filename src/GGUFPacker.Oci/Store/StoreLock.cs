namespace GGUFPacker.Oci.Store;

/// <summary>
/// A lock between processes on a file: shared by all that use the store, exclusive for pruning. The system lets go of it when a process ends, however it ends.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Waits until nobody prunes.</summary>
    public static StoreLock Share(string path)
    {
        if (!File.Exists(path))
        {
            using var created = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        }

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // Reading and sharing reads is a shared lock on every system: .NET takes an flock for it on Unix.
                return new StoreLock(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0));
            }
            catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && attempt < 3000)
            {
                Thread.Sleep(100);
            }
        }
    }

    /// <summary>The exclusive lock; null if somebody uses the store.</summary>
    public static StoreLock? TryExclude(string path)
    {
        try
        {
            return new StoreLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A lock that one holder has at a time; null if another has it.</summary>
    /// <exception cref="IOException">It fails for another reason.</exception>
    public static StoreLock? TryTake(string path)
    {
        try
        {
            return new StoreLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            return null;
        }
    }

    // ERROR_SHARING_VIOLATION; EWOULDBLOCK, as Linux and the BSDs number it.
    private static bool IsHeld(IOException exception) =>
        OperatingSystem.IsWindows() ? exception.HResult == unchecked((int)0x80070020) : exception.HResult == (OperatingSystem.IsLinux() ? 11 : 35);

    public void Dispose() => _file.Dispose();
}
