using System.Xml;
using System.Xml.Linq;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Tasks.Reporting;

/// <summary>Finds the line of a project file that an item or a property stands in; MSBuild tells tasks only the line of the .targets file.</summary>
internal static class ProjectLocation
{
    /// <summary>The place of an item; the whole file if the item comes from elsewhere.</summary>
    /// <param name="projectFile">The project.</param>
    /// <param name="itemType">Such as <c>GGUFModel</c>.</param>
    /// <param name="include">The item's value, or one of several between semicolons.</param>
    public static SourceSpan OfItem(string projectFile, string itemType, string include) =>
        Find(projectFile, element => element.Name.LocalName == itemType
            && (element.Attribute("Include")?.Value ?? "").Split(';', StringSplitOptions.TrimEntries).Contains(include, StringComparer.OrdinalIgnoreCase));

    /// <summary>The place of a property; the whole file if it comes from elsewhere.</summary>
    /// <param name="projectFile">The project.</param>
    /// <param name="name">Such as <c>ContainerRepository</c>.</param>
    public static SourceSpan OfProperty(string projectFile, string name) => Find(projectFile, element => element.Name.LocalName == name);

    private static SourceSpan Find(string projectFile, Func<XElement, bool> isWanted)
    {
        try
        {
            var element = XDocument.Load(projectFile, LoadOptions.SetLineInfo).Descendants().LastOrDefault(isWanted);
            if (element is IXmlLineInfo line && line.HasLineInfo())
            {
                // The line information points behind the angle bracket.
                return new SourceSpan(projectFile, line.LineNumber, line.LinePosition - 1, 0, 0);
            }
        }
        catch (Exception exception) when (exception is XmlException or IOException or UnauthorizedAccessException)
        {
            // The place is a comfort; the message stands without it.
        }

        return SourceSpan.File(projectFile);
    }
}
