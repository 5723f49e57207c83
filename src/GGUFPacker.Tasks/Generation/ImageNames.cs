using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.References;
using GGUFPacker.Tasks.Reporting;

namespace GGUFPacker.Tasks.Generation;

/// <summary>The references of a project's images: <c>repository:TYPE</c>, or <c>repository:tag-TYPE</c> for each tag of the project.</summary>
internal static class ImageNames
{
    private const string TagOfTheOnlyImage = "latest";

    /// <summary>The references of one image.</summary>
    /// <param name="project">The project.</param>
    /// <param name="variant">The type that tells the image from its siblings; empty for an only image.</param>
    /// <exception cref="BuildException">The project's repository or tags make no reference.</exception>
    public static ImmutableArray<string> Of(ModelProject project, string variant)
    {
        var repository = Repository(project.Repository);
        IEnumerable<string> tags = (project.ImageTags, variant) switch
        {
            ({ IsEmpty: true }, "") => [TagOfTheOnlyImage],
            ({ IsEmpty: true }, _) => [variant],
            (_, "") => project.ImageTags,
            _ => project.ImageTags.Select(tag => $"{tag}-{variant}"),
        };
        return [.. tags.Select(tag => Verify(project, $"{repository}:{tag}")).Distinct(StringComparer.Ordinal)];
    }

    private static string Verify(ModelProject project, string reference) => ImageReference.TryParse(reference, out _, out var error)
        ? reference
        : throw ProjectFault.At(
            ProjectLocation.OfProperty(project.Path, project.ImageTags.IsEmpty ? "ContainerRepository" : "ContainerImageTag"),
            TaskDiagnosticCodes.InvalidReference,
            error);

    /// <summary>The repository in the letters that the distribution specification allows: lower case, a dash for what it does not know.</summary>
    private static string Repository(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var letter in name.ToLowerInvariant())
        {
            var allowed = char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '_' or '-' or '/';
            text.Append(allowed ? letter : '-');
        }

        return text.ToString().Trim('.', '_', '-', '/');
    }
}
