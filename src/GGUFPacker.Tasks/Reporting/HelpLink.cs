using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Tasks.Reporting;

/// <summary>The page that explains a code; the package carries them, so that they open without a network and fit its version.</summary>
internal static class HelpLink
{
    /// <summary>The page's address; null if there is no page.</summary>
    /// <param name="code">Such as <c>GGUF0610</c>.</param>
    public static string? To(string code) => ToPage("diagnostics", code);

    /// <summary>The address of the page of a diagnostic: its lint rule's, or its code's.</summary>
    public static string? To(Diagnostic diagnostic) => diagnostic.Rule is { } rule ? ToPage("rules", rule) : To(diagnostic.Code);

    private static string? ToPage(string folder, string name)
    {
        var page = Path.GetFullPath(Path.Combine(AppContextDirectory, "..", "..", "docs", folder, $"{name}.md"));
        return File.Exists(page) ? new Uri(page).AbsoluteUri : null;
    }

    private static string AppContextDirectory => Path.GetDirectoryName(typeof(HelpLink).Assembly.Location) ?? ".";
}
