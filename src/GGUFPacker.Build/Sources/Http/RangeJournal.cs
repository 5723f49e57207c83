using System.Globalization;
using System.Text;

namespace GGUFPacker.Build.Sources.Http;

/// <summary>
/// Which stretches of a file have come, on disk beside it, so that a transfer which ended early, even by the death of its process, goes on where it was.
/// The first line says what the file is; each further line is the number of a whole stretch. A line that was cut off does not count.
/// </summary>
internal sealed class RangeJournal : IDisposable
{
    private readonly FileStream _file;
    private readonly HashSet<int> _done = [];

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

    /// <summary>A stretch is whole.</summary>
    public void Add(int range)
    {
        lock (_done)
        {
            _done.Add(range);
            _file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{range}\n")));
            _file.Flush();
        }
    }

    /// <summary>Nothing has come.</summary>
    public void Clear(string subject)
    {
        lock (_done)
        {
            _done.Clear();
            _file.SetLength(0);
            _file.Write(Encoding.UTF8.GetBytes(subject + "\n"));
            _file.Flush();
        }
    }

    public void Dispose() => _file.Dispose();

    private void Read(string subject, int count)
    {
        var reader = new StreamReader(_file, Encoding.UTF8, leaveOpen: true);
        var text = _file.Length <= (1 << 20) + (12L * count) ? reader.ReadToEnd() : "";
        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != subject)
        {
            Clear(subject);
            return;
        }

        foreach (var line in lines.Skip(1))
        {
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var range) && range < count)
            {
                _done.Add(range);
            }
        }

        // What follows the last whole line is overwritten.
        _file.SetLength(Encoding.UTF8.GetByteCount(text[..(text.LastIndexOf('\n') + 1)]));
        _file.Seek(0, SeekOrigin.End);
    }
}
