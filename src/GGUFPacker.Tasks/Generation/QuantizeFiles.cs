using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Tasks.Reporting;

namespace GGUFPacker.Tasks.Generation;

/// <summary>The files that a variant's metadata name: how QUANTIZE gets at them, and what is wrong with them.</summary>
internal static class QuantizeFiles
{
    private const string ImatrixContext = "imatrix";

    /// <summary>The directories of the importance matrices, each as a named context: <c>imatrix</c>, <c>imatrix2</c>, ….</summary>
    public static IEnumerable<(string Name, string Directory)> Contexts(ModelProject project) => project.QuantizeTypes
        .Select(variant => variant.Imatrix).OfType<string>().Select(path => Path.GetDirectoryName(path)!).Distinct(StringComparer.Ordinal)
        .Select((directory, index) => (index == 0 ? ImatrixContext : $"{ImatrixContext}{index + 1}", directory));

    /// <summary>
    /// The flags for a variant's files. The matrix is in a context of its own, so that it does not become a part of the image; tensor types are written out,
    /// because a file of them would.
    /// </summary>
    /// <exception cref="BuildException">The file of tensor types is faulty.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> Flags(ModelProject project, QuantizeVariant variant)
    {
        if (variant.Imatrix is { } imatrix)
        {
            yield return new("imatrix", Path.GetFileName(imatrix));
            yield return new("imatrix-from", Contexts(project).First(context => context.Directory == Path.GetDirectoryName(imatrix)).Name);
        }

        foreach (var rule in variant.TensorTypeFile is { } file ? ReadRules(project, variant, file) : [])
        {
            yield return new("tensor-type", rule);
        }
    }

    /// <summary>Refuses a variant whose files are not there, or that lacks an importance matrix.</summary>
    /// <exception cref="BuildException">The variant cannot be built.</exception>
    public static void Verify(ModelProject project, QuantizeVariant variant)
    {
        foreach (var file in new[] { variant.Imatrix, variant.TensorTypeFile }.OfType<string>().Where(file => !File.Exists(file)))
        {
            throw Fault(project, variant, TaskDiagnosticCodes.FileNotThere, $"The file '{file}' that GGUFQuantizeType '{variant.Type}' names does not exist.");
        }

        var choosesTypes = variant.Has("tensor-type") || variant.TensorTypeFile is not null;
        if (variant.Imatrix is null && !choosesTypes && QuantizeType.TryParse(variant.Type, out var type) && type.RequiresImatrix)
        {
            throw Fault(
                project,
                variant,
                GraphDiagnosticCodes.ImatrixRequired,
                $"The quantize type {variant.Type} requires an importance matrix: add Imatrix=\"file\" to the item, or choose another type, such as Q2_K.");
        }
    }

    private static string[] ReadRules(ModelProject project, QuantizeVariant variant, string file)
    {
        try
        {
            return [.. TensorTypeRule.ParseFile(file).Select(rule => rule.ToString())];
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            throw Fault(project, variant, TaskDiagnosticCodes.FileNotThere, $"The file of tensor types '{file}' cannot be read: {exception.Message}");
        }
    }

    private static BuildException Fault(ModelProject project, QuantizeVariant variant, string code, string message) =>
        ProjectFault.At(ProjectLocation.OfItem(project.Path, "GGUFQuantizeType", variant.Type), code, message);
}
