using System.Buffers.Binary;
using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Safetensors;

/// <summary>An open safetensors file: its tensors' entries and, on demand, their bytes. Safe to read from several threads at once.</summary>
internal sealed class SafetensorsFile : WeightFile
{
    private readonly CheckpointFile _file;
    private readonly long _dataOffset;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    private SafetensorsFile(CheckpointFile file, long dataOffset, ImmutableArray<SafetensorsEntry> entries)
    {
        Entries = entries;
        _entries = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        _file = file;
        _dataOffset = dataOffset;
    }

    /// <inheritdoc/>
    public override string Name => _file.Name;

    /// <summary>The tensors, in the order of their names.</summary>
    public ImmutableArray<SafetensorsEntry> Entries { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> TensorNames => Entries.Select(entry => entry.Name);

    /// <summary>Opens a file of a checkpoint and checks its header. Only the header is read.</summary>
    /// <exception cref="CheckpointException">There is no such file, it cannot be read, or it breaks the format's rules.</exception>
    public static SafetensorsFile Open(CheckpointFiles files, string name)
    {
        var file = CheckpointFile.Open(files, name);
        try
        {
            Span<byte> prefix = stackalloc byte[sizeof(ulong)];
            if (file.Length < prefix.Length)
            {
                throw new CheckpointException($"Cannot read '{name}': it has {file.Length} bytes, which is too short for a safetensors file.");
            }

            file.Read(0, prefix);
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > SafetensorsHeader.MaximumBytes)
            {
                throw new CheckpointException(
                    $"Cannot read '{name}': its header claims {headerLength} bytes, at most {SafetensorsHeader.MaximumBytes} are allowed."
                    + " Is it a safetensors file?");
            }

            var dataOffset = prefix.Length + (long)headerLength;
            if (dataOffset > file.Length)
            {
                throw new CheckpointException($"Cannot read '{name}': its header needs {dataOffset} bytes, but the file has {file.Length}; it is truncated.");
            }

            var header = new byte[headerLength];
            file.Read(prefix.Length, header);
            return new SafetensorsFile(file, dataOffset, SafetensorsHeader.Parse(header, file.Length - dataOffset, name));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override TensorSource Open(string tensorName) => new SafetensorsTensor(this, _entries[tensorName]);

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

        _file.Read(_dataOffset + entry.Begin + offset, destination);
    }

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();
}
