using Xunit;

namespace GGUFPacker.Testing;

/// <summary>
/// Rows of a theory whose cases are found in a folder: where there are none, one row that is skipped with that reason.
/// (SkipTestWithoutData of xunit 4.0.2 reports the skip and counts a failure.)
/// </summary>
public static class GoldenRows
{
    /// <summary>Rows of one value.</summary>
    public static IEnumerable<ITheoryDataRow> Of<T>(IEnumerable<T> rows) =>
        OrSkip(rows.Select(row => new TheoryDataRow<T>(row)), () => new TheoryDataRow<T>(default!));

    /// <summary>Rows of two values.</summary>
    public static IEnumerable<ITheoryDataRow> Of<T1, T2>(IEnumerable<(T1, T2)> rows) =>
        OrSkip(rows.Select(row => new TheoryDataRow<T1, T2>(row.Item1, row.Item2)), () => new TheoryDataRow<T1, T2>(default!, default!));

    /// <summary>Rows of three values.</summary>
    public static IEnumerable<ITheoryDataRow> Of<T1, T2, T3>(IEnumerable<(T1, T2, T3)> rows) =>
        OrSkip(
            rows.Select(row => new TheoryDataRow<T1, T2, T3>(row.Item1, row.Item2, row.Item3)),
            () => new TheoryDataRow<T1, T2, T3>(default!, default!, default!));

    private static IEnumerable<ITheoryDataRow> OrSkip<TRow>(IEnumerable<TRow> rows, Func<TRow> none)
        where TRow : TheoryDataRowBase
    {
        var all = rows.ToArray();
        if (all.Length > 0)
        {
            return all;
        }

        var row = none();
        row.Skip = "There is no reference data for this test.";
        return [row];
    }
}
