using System.Buffers.Binary;
using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Conversion.Safetensors;

/// <summary>An open safetensors file: its tensors' entries and, on demand, their bytes. Safe to read from several threads at once.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly long _dataOffset;

    private SafetensorsFile(string name, SafeFileHandle handle, long dataOffset, ImmutableArray<SafetensorsEntry> entries)
    {
        Name = name;
        Entries = entries;
        _handle = handle;
        _dataOffset = dataOffset;
    }

    /// <summary>The file's name in the checkpoint, for errors.</summary>
    public string Name { get; }

    /// <summary>The tensors, in the order of their names.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; }

    /// <summary>Opens a file of a checkpoint and checks its header. Only the header is read.</summary>
    /// <exception cref="CheckpointException">There is no such file, it cannot be read, or it breaks the format's rules.</exception>
    public static SafetensorsFile Open(CheckpointFiles files, string name)
    {
        var handle = OpenHandle(files, name);
        try
        {
            var fileLength = RandomAccess.GetLength(handle);
            Span<byte> prefix = stackalloc byte[sizeof(ulong)];
            if (fileLength < prefix.Length)
            {
                throw new CheckpointException($"Cannot read '{name}': it has {fileLength} bytes, which is too short for a safetensors file.");
            }

            ReadFully(handle, prefix, 0, name);
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > SafetensorsHeader.MaximumBytes)
            {
                throw new CheckpointException(
                    $"Cannot read '{name}': its header claims {headerLength} bytes, at most {SafetensorsHeader.MaximumBytes} are allowed."
                    + " Is it a safetensors file?");
            }

            var dataOffset = prefix.Length + (long)headerLength;
            if (dataOffset > fileLength)
            {
                throw new CheckpointException($"Cannot read '{name}': its header needs {dataOffset} bytes, but the file has {fileLength}; it is truncated.");
            }

            var header = new byte[headerLength];
            ReadFully(handle, header, prefix.Length, name);
            return new SafetensorsFile(name, handle, dataOffset, SafetensorsHeader.Parse(header, fileLength - dataOffset, name));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads bytes of a tensor.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="offset">The first byte, counted from the tensor's beginning.</param>
    /// <param name="destination">As many bytes as are wanted; the range must lie inside the tensor.</param>
    /// <exception cref="CheckpointException">The bytes cannot be read.</exception>
    public void Read(SafetensorsEntry entry, long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > entry.End - entry.Begin - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"{destination.Length} bytes from {offset} do not lie inside the tensor '{entry.Name}'.");
        }

        ReadFully(_handle, destination, _dataOffset + entry.Begin + offset, Name);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle OpenHandle(CheckpointFiles files, string name)
    {
        try
        {
            return File.OpenHandle(files.PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"Cannot open '{name}' of the checkpoint '{files.Name}': {exception.Message}", exception);
        }
    }

    private static void ReadFully(SafeFileHandle handle, Span<byte> destination, long offset, string name)
    {
        while (!destination.IsEmpty)
        {
            int count;
            try
            {
                count = RandomAccess.Read(handle, destination, offset);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointException($"Cannot read '{name}': {exception.Message}", exception);
            }

            if (count == 0)
            {
                throw new CheckpointException($"Cannot read '{name}': it ends at byte {offset}, sooner than its header says. Was it changed meanwhile?");
            }

            destination = destination[count..];
            offset += count;
        }
    }
}
