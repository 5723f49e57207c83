namespace GGUFPacker.Tasks.Reporting;

/// <summary>The page that explains a code; the package carries them, so that they open without a network and fit its version.</summary>
internal static class HelpLink
{
    /// <summary>The page's address; null if there is no page.</summary>
    /// <param name="code">Such as <c>GGUF0610</c>.</param>
    public static string? To(string code)
    {
        var page = Path.GetFullPath(Path.Combine(AppContextDirectory, "..", "..", "docs", "diagnostics", $"{code}.md"));
        return File.Exists(page) ? new Uri(page).AbsoluteUri : null;
    }

    private static string AppContextDirectory => Path.GetDirectoryName(typeof(HelpLink).Assembly.Location) ?? ".";
}
