using System.Collections.Immutable;
using System.Text;

namespace GGUFPacker.Cli.Output;

/// <summary>
/// A table with lines around its cells, as gguf-parser-go draws it: columns may stand in groups under a common header, cells are centred, and a cell of a
/// column without a group that repeats the one above it is drawn as one with it.
/// </summary>
internal sealed class BoxTable
{
    private readonly ImmutableArray<(string Header, ImmutableArray<string> Columns)> _groups;
    private readonly List<string[]> _rows = [];
    private readonly bool[] _isGrouped;

    /// <summary>Creates a table.</summary>
    /// <param name="groups">The groups of columns; one without columns is a column itself.</param>
    public BoxTable(IEnumerable<(string Header, ImmutableArray<string> Columns)> groups)
    {
        _groups = [.. groups];
        _isGrouped = [.. _groups.SelectMany(group => group.Columns.IsEmpty ? [false] : Enumerable.Repeat(true, group.Columns.Length))];
    }

    /// <summary>Adds a row: a cell for each column.</summary>
    public void Add(IEnumerable<string> cells) => _rows.Add([.. cells]);

    /// <summary>Writes the table.</summary>
    public void Write(TextWriter writer)
    {
        var widths = Widths();
        var all = Enumerable.Repeat(true, widths.Length).ToArray();
        var starts = GroupStarts();
        WriteLine(writer, widths, all, starts);
        WriteCells(writer, GroupWidths(widths), _groups.Select(group => group.Header));
        if (_isGrouped.Any(isGrouped => isGrouped))
        {
            WriteLine(writer, widths, _isGrouped, null);
            WriteCells(writer, widths, _groups.SelectMany(group => group.Columns.IsEmpty ? [""] : group.Columns.AsEnumerable()));
        }

        WriteLine(writer, widths, all, null);
        for (var row = 0; row < _rows.Count; row++)
        {
            var repeats = row == 0
                ? null
                : Enumerable.Range(0, widths.Length).Select(column => !_isGrouped[column] && _rows[row][column] == _rows[row - 1][column]).ToArray();
            if (repeats is not null)
            {
                WriteLine(writer, widths, [.. repeats.Select(repeat => !repeat)], null);
            }

            WriteCells(writer, widths, _rows[row].Select((cell, column) => repeats?[column] == true ? "" : cell));
        }

        WriteLine(writer, widths, all, null);
    }

    // Each column of a group is at least as wide as the group's header.
    private int[] Widths()
    {
        var headers = _groups.SelectMany(
            group => group.Columns.IsEmpty ? [(group.Header, "")] : group.Columns.Select(column => (group.Header, Column: column)));
        return [.. headers.Select((header, column) => Math.Max(
            Math.Max(header.Header.Length, header.Item2.Length), _rows.Select(row => row[column].Length).DefaultIfEmpty(0).Max()))];
    }

    private int[] GroupWidths(int[] widths)
    {
        var column = 0;
        return [.. _groups.Select(group =>
        {
            var count = Math.Max(1, group.Columns.Length);
            column += count;
            return widths[(column - count)..column].Sum() + (3 * (count - 1));
        })];
    }

    private bool[] GroupStarts()
    {
        var starts = new bool[_isGrouped.Length];
        var column = 0;
        foreach (var group in _groups)
        {
            starts[column] = true;
            column += Math.Max(1, group.Columns.Length);
        }

        return starts;
    }

    // Where nothing is drawn the columns' own lines go on; with starts given, no line goes up or down inside a group.
    private static void WriteLine(TextWriter writer, int[] widths, bool[] isDrawn, bool[]? starts)
    {
        var line = new StringBuilder();
        for (var column = 0; column < widths.Length; column++)
        {
            var touches = isDrawn[column] || (column > 0 && isDrawn[column - 1]);
            line.Append(starts?[column] == false ? '-' : touches ? '+' : '|').Append(isDrawn[column] ? '-' : ' ', widths[column] + 2);
        }

        writer.WriteLine(line.Append(isDrawn[^1] ? '+' : '|').ToString());
    }

    private static void WriteCells(TextWriter writer, int[] widths, IEnumerable<string> cells)
    {
        var line = new StringBuilder();
        foreach (var (cell, width) in cells.Zip(widths))
        {
            var left = (width - cell.Length + 1) / 2;
            line.Append("| ").Append(' ', left).Append(cell).Append(' ', width - cell.Length - left).Append(' ');
        }

        writer.WriteLine(line.Append('|').ToString());
    }
}
