using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Gguf.Quantization.Importance;

/// <summary>
/// Reads an importance matrix in the form before GGUF, little-endian: the number of entries; for each entry the length of its name, the name, the number of
/// calls, the number of values, the values as floats; then, optionally, the number of chunks, the length of the dataset's name, that name
/// (common_imatrix_load_legacy of llama.cpp v0.5.0).
/// </summary>
internal sealed class LegacyImportanceReader(ImportanceFile file)
{
    private static readonly GgufLimits Limits = GgufLimits.Default;

    private long _position;

    /// <summary>Reads all but the values.</summary>
    /// <exception cref="GgufException">The file is invalid.</exception>
    public ImportanceContent Read(CancellationToken cancellationToken)
    {
        file.Swap = !BitConverter.IsLittleEndian;
        var count = ReadInt32("the number of entries");
        if (count < 1)
        {
            throw file.Error("it has no data.");
        }

        if (count > Limits.MaxTensors)
        {
            throw file.Error($"it is no GGUF file, and as one in the format before it claims {count} entries; the limit is {Limits.MaxTensors}.");
        }

        var entries = new SortedDictionary<string, ImportanceEntry>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = ReadEntry(i + 1, count);
            entries[entry.Name] = entry;
        }

        var chunks = ReadTrailingInt32();
        ImmutableArray<GgufString> datasets = ReadDataset() is { } dataset ? [dataset] : [];
        return new ImportanceContent(entries, datasets, chunks);
    }

    private ImportanceEntry ReadEntry(int number, int count)
    {
        var what = $"entry {number} of {count}";
        var nameBytes = ReadInt32(what);
        if (nameBytes < 0 || nameBytes > Limits.MaxTensorNameBytes)
        {
            throw file.Error($"the name of {what} claims {nameBytes} bytes; the limit is {Limits.MaxTensorNameBytes}.");
        }

        var bytes = new byte[nameBytes];
        file.Read(_position, bytes.AsSpan(), what);
        _position += nameBytes;
        var name = new GgufString(bytes).UpToNul().ToString();

        var calls = ReadInt32(what);
        var values = ReadInt32(what);
        if (values < 1)
        {
            throw file.Error($"{what}, '{name}', claims {values} values.");
        }

        var offset = _position;
        _position += values * (long)sizeof(float);
        if (_position > file.Length)
        {
            throw file.Error($"it ends inside {what}, '{name}' with {values} values.");
        }

        // Values without calls are taken as they are.
        return new ImportanceEntry(name, offset, values, [calls > 0 ? calls : 1f]);
    }

    // Of a number that is cut off, the bytes that are there count.
    private int ReadTrailingInt32()
    {
        Span<byte> bytes = [0, 0, 0, 0];
        var rest = (int)Math.Min(bytes.Length, file.Length - _position);
        file.Read(_position, bytes[..rest], "the number of chunks");
        _position += rest;
        return System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    // The dataset's name is taken whole or not at all.
    private GgufString? ReadDataset()
    {
        if (file.Length - _position < sizeof(int))
        {
            return null;
        }

        var length = ReadInt32("the dataset's name");
        if (length < 1 || length > file.Length - _position || length > Limits.MaxStringBytes)
        {
            return null;
        }

        var bytes = new byte[length];
        file.Read(_position, bytes.AsSpan(), "the dataset's name");
        return new GgufString(bytes).UpToNul();
    }

    private int ReadInt32(string what)
    {
        var number = 0;
        file.Read(_position, new Span<int>(ref number), what);
        _position += sizeof(int);
        return number;
    }
}
