namespace GGUFPacker.Packerfile.Syntax;

/// <summary>Hands out the physical lines of a file, each with its line end.</summary>
internal sealed class LineReader
{
    private readonly ReadOnlyMemory<byte> _text;
    private int _position;

    public LineReader(ReadOnlyMemory<byte> text) => _text = text.Span.StartsWith("\uFEFF"u8) ? text[3..] : text;

    /// <summary>The number of the line read last, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Whether reading ended at a line longer than the limit; its number is one more than <see cref="Line"/>.</summary>
    public bool IsLineTooLong { get; private set; }

    /// <summary>Reads the next line; null at the end and from an over-long line on.</summary>
    public string? Read()
    {
        var rest = _text.Span[_position..];
        if (rest.IsEmpty || IsLineTooLong)
        {
            return null;
        }

        var end = rest.IndexOf((byte)'\n');
        IsLineTooLong = (end < 0 ? rest.Length : end) > PackerfileLimits.LineLength;
        if (IsLineTooLong)
        {
            return null;
        }

        var length = end < 0 ? rest.Length : end + 1;
        _position += length;
        Line++;
        return SourceText.Decode(rest[..length]);
    }
}
