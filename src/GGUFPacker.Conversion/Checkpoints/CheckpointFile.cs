using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>An open file of a checkpoint that is read at any place. Safe to read from several threads at once.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private CheckpointFile(string name, SafeFileHandle handle)
    {
        Name = name;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    /// <summary>The file's name in the checkpoint, for errors.</summary>
    public string Name { get; }

    /// <summary>The file's size when it was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointException">There is no such file, or it cannot be read.</exception>
    public static CheckpointFile Open(CheckpointFiles files, string name)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(files.PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read);
            return new CheckpointFile(name, handle);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw new CheckpointException($"Cannot open '{name}' of the checkpoint '{files.Name}': {exception.Message}", exception);
        }
    }

    /// <summary>Reads bytes.</summary>
    /// <exception cref="CheckpointException">The bytes cannot be read, or the file ends before.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count;
            try
            {
                count = RandomAccess.Read(_handle, destination, offset);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointException($"Cannot read '{Name}': {exception.Message}", exception);
            }

            if (count == 0)
            {
                throw new CheckpointException($"Cannot read '{Name}': it ends at byte {offset}, sooner than its header says. Was it changed meanwhile?");
            }

            destination = destination[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
