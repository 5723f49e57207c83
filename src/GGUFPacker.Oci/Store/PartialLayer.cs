using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using Microsoft.Win32.SafeHandles;

namespace GGUFPacker.Oci.Store;

/// <summary>
/// What has come of a plain layer whose transfer ended early, even by the death of its process: a journal of the stretches before the file that was being
/// written, and that file.
/// The next transfer reads these bytes first (they are verified like all others) and asks the registry for the rest alone. One process at a time has it.
/// </summary>
internal sealed class PartialLayer : IDisposable
{
    /// <summary>Smaller files are fetched again rather than kept track of.</summary>
    public const long MinContentSize = 16 << 20;

    private const int MaxJournalSize = 256 << 20;

    private readonly StoreFiles _files;
    private readonly string _journal;
    private readonly FileStream _lock;
    private readonly ImmutableArray<LayerSegment> _segments = [];
    private readonly string? _data;

    private PartialLayer(StoreFiles files, Digest blob, FileStream lockFile, Func<LayerSegment, bool> isThere)
    {
        _files = files;
        _lock = lockFile;
        _journal = StoreFiles.In(files.Partial, blob, ".json");
        try
        {
            if (StoreFiles.ReadIfThere(_journal, MaxJournalSize) is not { } bytes)
            {
                return;
            }

            var json = JsonMembers.ParseObject(bytes, MaxJournalSize, "journal");
            var segments = JsonMembers.List(json, "segments", LayerRecipeJson.ReadSegment);
            var data = Path.Combine(files.Partial, Path.GetFileName(json.GetProperty("data").GetString()!));
            if (segments.All(s => !s.IsContent || isThere(s)))
            {
                _segments = segments;
                _data = File.Exists(data) ? data : null;
                Length = segments.Sum(s => s.Length) + (_data is null ? 0 : new FileInfo(_data).Length);
            }
        }
        catch (Exception exception) when (exception is ContentException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // A journal that was cut short is worth nothing.
        }
    }

    /// <summary>The bytes of the layer that are there, from its start.</summary>
    public long Length { get; }

    /// <summary>Where the next file is written, so that the next transfer finds it.</summary>
    public string NewDataPath() => Path.Combine(_files.Partial, $"{Guid.NewGuid():n}.data");

    /// <summary>Takes hold of what there is of a blob; null if another process has it.</summary>
    public static PartialLayer? TryOpen(StoreFiles files, Digest blob, Func<LayerSegment, bool> isThere)
    {
        try
        {
            var lockFile = new FileStream(
                StoreFiles.In(files.Partial, blob, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose);
            return new PartialLayer(files, blob, lockFile, isThere);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads the bytes that are there.</summary>
    public IEnumerable<Stream> Open(Func<Digest, SafeFileHandle> open)
    {
        yield return new LayerStream(new LayerRecipe(default, _segments.Sum(s => s.Length), _segments, []), open);
        if (_data is not null)
        {
            yield return new FileStream(_data, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
    }

    /// <summary>From now on, these stretches and the file at <paramref name="data"/> are what is there.</summary>
    public void Record(IEnumerable<LayerSegment> segments, string data)
    {
        _files.Write(_journal, JsonMembers.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("data", Path.GetFileName(data));
            writer.WriteStartArray("segments");
            foreach (var segment in segments)
            {
                LayerRecipeJson.WriteSegment(writer, segment);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }));
        if (_data is not null)
        {
            StoreFiles.TryDelete(_data);
        }
    }

    /// <summary>Nothing of it is needed any more.</summary>
    public void Delete()
    {
        if (StoreFiles.ReadIfThere(_journal, MaxJournalSize) is { } bytes)
        {
            StoreFiles.TryDelete(_journal);
            try
            {
                using var json = JsonDocument.Parse(bytes);
                StoreFiles.TryDelete(Path.Combine(_files.Partial, Path.GetFileName(json.RootElement.GetProperty("data").GetString()!)));
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                // Its file is swept when it is old.
            }
        }
    }

    public void Dispose() => _lock.Dispose();
}
