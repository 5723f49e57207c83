using System.Globalization;
using System.Text;

namespace GGUFPacker.Build.Sources.Http;

/// <summary>
/// Which stretches of a file have come, on disk beside it, so that a transfer which ended early, even by the death of its process, goes on where it was.
/// The first line says what the file is; each further line is the number of a whole stretch, or (<c>number:bytes</c>) how much of one has come. A line that was
/// cut off does not count.
/// </summary>
internal sealed class RangeJournal : IDisposable
{
    private const int MaxHeadBytes = 1 << 20;

    // A stretch is written down at most once for each of its megabytes, and a few times more where it broke off.
    private const long MaxBytesOfRange = 1 << 10;

    private readonly FileStream _file;
    private readonly HashSet<int> _done = [];
    private readonly Dictionary<int, int> _begun = [];

    private RangeJournal(FileStream file) => _file = file;

    /// <summary>The stretches that have come.</summary>
    public IReadOnlySet<int> Done => _done;

    /// <summary>Opens the journal of a file; null if another process has it. A journal of another file is begun anew.</summary>
    /// <param name="path">The journal's path.</param>
    /// <param name="subject">What the file is: its identity, size, and the size of a stretch.</param>
    /// <param name="count">The number of stretches.</param>
    public static RangeJournal? TryOpen(string path, string subject, int count)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }

        var journal = new RangeJournal(file);
        try
        {
            journal.Read(subject, count);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>How many bytes of a stretch that is not whole have come.</summary>
    public int BegunOf(int range)
    {
        lock (_done)
        {
            return _begun.GetValueOrDefault(range);
        }
    }

    /// <summary>A stretch is whole.</summary>
    public void Add(int range)
    {
        lock (_done)
        {
            _done.Add(range);
            _begun.Remove(range);
            Write(string.Create(CultureInfo.InvariantCulture, $"{range}\n"));
        }
    }

    /// <summary>A stretch has come as far as this.</summary>
    public void Begin(int range, int bytes)
    {
        lock (_done)
        {
            if (bytes > _begun.GetValueOrDefault(range) && !_done.Contains(range))
            {
                _begun[range] = bytes;
                Write(string.Create(CultureInfo.InvariantCulture, $"{range}:{bytes}\n"));
            }
        }
    }

    /// <summary>Nothing has come.</summary>
    public void Clear(string subject)
    {
        lock (_done)
        {
            _done.Clear();
            _begun.Clear();
            _file.SetLength(0);
            Write(subject + "\n");
        }
    }

    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        _file.Write(Encoding.UTF8.GetBytes(line));
        _file.Flush();
    }

    private void Read(string subject, int count)
    {
        var reader = new StreamReader(_file, Encoding.UTF8, leaveOpen: true);
        var text = _file.Length <= MaxHeadBytes + (MaxBytesOfRange * count) ? reader.ReadToEnd() : "";
        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != subject)
        {
            Clear(subject);
            return;
        }

        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (!int.TryParse(colon < 0 ? line : line[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var range) || range >= count)
            {
                continue;
            }

            if (colon < 0)
            {
                _done.Add(range);
            }
            else if (int.TryParse(line[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > _begun.GetValueOrDefault(range))
            {
                _begun[range] = bytes;
            }
        }

        // What follows the last whole line is overwritten.
        _file.SetLength(Encoding.UTF8.GetByteCount(text[..(text.LastIndexOf('\n') + 1)]));
        _file.Seek(0, SeekOrigin.End);
    }
}
