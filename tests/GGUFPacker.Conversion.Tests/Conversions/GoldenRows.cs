namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>Rows of a theory over golden files. Without files there is one that is skipped.</summary>
internal static class GoldenRows
{
    /// <summary>A row for each file, with its name without extension.</summary>
    public static IEnumerable<TheoryDataRow<string>> Of(IReadOnlyList<string> paths) => paths.Count == 0
        ? [new TheoryDataRow<string>("") { Skip = "This set of goldens has no data for it." }]
        : paths.Select(path => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(path)));
}
