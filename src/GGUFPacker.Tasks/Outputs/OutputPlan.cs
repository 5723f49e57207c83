using System.Collections.Immutable;
using GGUFPacker.Build.Engine;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Tasks.Reporting;

namespace GGUFPacker.Tasks.Outputs;

/// <summary>Which files of the images lie in the output directory: each GGUF file, under its name.</summary>
internal static class OutputPlan
{
    private const string Extension = ".gguf";

    /// <summary>The files by name; one that several images share is there once.</summary>
    /// <param name="images">The images.</param>
    /// <param name="packerfilePath">The place of a fault.</param>
    /// <exception cref="BuildException">Two images call different files by one name.</exception>
    public static ImmutableArray<(string Name, ImageFile File)> Of(IEnumerable<BuiltImage> images, string packerfilePath)
    {
        var plan = new Dictionary<string, ImageFile>(StringComparer.OrdinalIgnoreCase);
        var names = new List<string>();
        foreach (var file in images.SelectMany(image => image.Files).Where(file => file.Path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)))
        {
            var name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            if (plan.TryAdd(name, file))
            {
                names.Add(name);
            }
            else if (plan[name].Digest != file.Digest)
            {
                throw ProjectFault.At(
                    SourceSpan.File(packerfilePath),
                    TaskDiagnosticCodes.SameName,
                    $"Two images hold different files called '{name}', and the output directory can hold one: name them differently.");
            }
        }

        return [.. names.Select(name => (name, plan[name]))];
    }
}
