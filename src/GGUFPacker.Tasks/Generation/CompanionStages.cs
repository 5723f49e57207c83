using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Packerfile;
using GGUFPacker.Tasks.Reporting;

namespace GGUFPacker.Tasks.Generation;

/// <summary>
/// What the GGUFPackerfile of a project has for the files beside its model: a stage for each that has to be made, a COPY of it in each image's stage, its words
/// in CMD.
/// </summary>
internal static class CompanionStages
{
    /// <summary>Refuses companions that are not there, or that contradict each other.</summary>
    /// <param name="project">The project.</param>
    /// <param name="modelFiles">The files of the model itself.</param>
    /// <exception cref="BuildException">The project cannot be built.</exception>
    public static void Verify(ModelProject project, IEnumerable<string> modelFiles)
    {
        var names = new HashSet<string>(modelFiles, StringComparer.OrdinalIgnoreCase);
        foreach (var companion in project.Companions)
        {
            if (companion is { Kind: not CompanionKind.Adapter, Number: > 1 })
            {
                throw Fault(
                    project, companion, TaskDiagnosticCodes.SeveralModels, $"The project has several {companion.ItemType} items: a model starts with one.");
            }

            RequireThere(project, companion, companion.Source);
            if (companion.Base is { } baseModel)
            {
                RequireThere(project, companion, baseModel);
            }

            if (companion is { Kind: CompanionKind.Adapter, Base: null, Source.IsFile: false } && project.Models[0].IsFile)
            {
                throw Fault(
                    project,
                    companion,
                    TaskDiagnosticCodes.NoBase,
                    $"The adapter '{companion.Source.Include}' is converted on the checkpoint that it was trained on, and the model is a GGUF file: add Base=\"directory\" to the item.");
            }

            if (!names.Add(companion.FileName))
            {
                throw Fault(
                    project,
                    companion,
                    TaskDiagnosticCodes.SameName,
                    $"Two files of the image would be called '{companion.FileName}': give the {companion.ItemType} '{companion.Source.Include}' another Name.");
            }
        }
    }

    /// <summary>Appends the stages that the files come from.</summary>
    public static void AppendStages(StringBuilder text, ModelProject project)
    {
        foreach (var companion in project.Companions)
        {
            AppendRemote(text, companion.Source, companion.SourceName);
            if (companion.Base is { } baseModel)
            {
                AppendRemote(text, baseModel, companion.BaseName);
            }

            if (!companion.Source.IsFile)
            {
                AppendConversion(text, project, companion);
            }
        }
    }

    /// <summary>Appends to an image's stage what puts the files into it.</summary>
    public static void AppendFiles(StringBuilder text, ModelProject project)
    {
        foreach (var companion in project.Companions)
        {
            var (from, made) = companion.Source.IsFile ? (companion.SourceName, FileOf(companion.Source)) : (companion.Stage, PlainName(companion));
            text.Append(companion.QuantizeType is { } type
                ? PackerfileText.Instruction("QUANTIZE", [new("from", from), new("type", type)], [made, $"/{companion.FileName}"])
                : PackerfileText.Instruction(
                    "COPY", [new("from", from)], companion.IsSplit ? [.. PackerfileGenerator.PartsOf(made), "/"] : [made, $"/{companion.FileName}"]));
        }
    }

    /// <summary>The named contexts of what is on this machine.</summary>
    public static IEnumerable<(string Name, string Directory)> Contexts(ModelProject project) => project.Companions
        .SelectMany(companion => new[] { (companion.SourceName, Model: companion.Source), (companion.BaseName, Model: companion.Base!) })
        .Where(source => source.Model is { IsRemote: false })
        .Select(source => (source.Item1, source.Model.IsFile ? Path.GetDirectoryName(source.Model.FullPath)! : source.Model.FullPath));

    private static void AppendConversion(StringBuilder text, ModelProject project, CompanionModel companion)
    {
        var source = companion.Source;
        List<KeyValuePair<string, string?>> flags = [new("from", companion.SourceName)];
        text.Append('\n').Append(PackerfileText.From("scratch", companion.Stage));
        if (companion.Kind == CompanionKind.Adapter)
        {
            flags.Add(new("class", "lora"));
        }
        else if (companion.Kind == CompanionKind.Projector)
        {
            flags.Add(new("class", "mmproj"));
        }

        if (BaseOf(project, companion) is var (model, context))
        {
            // CONVERT looks for the base in its own stage; copying it there writes nothing.
            var directory = model.IsRemote ? model.RemoteName : Path.GetFileName(model.FullPath);
            text.Append(PackerfileText.Instruction("COPY", [new("from", context)], [model.IsRemote ? directory : ".", $"/{directory}/"]));
            flags.Add(new("base", directory));
        }

        flags.Add(new("type", source.ConvertType));
        text.Append(
            PackerfileText.Instruction("CONVERT", [.. flags, .. source.ConvertFlags], [source.IsRemote ? source.RemoteName : ".", PlainName(companion)]));
    }

    // An adapter is converted on the model that it was trained on, and some drafters take their tokenizer from the one that they draft for: the project's own.
    private static (ModelSource Model, string Context)? BaseOf(ModelProject project, CompanionModel companion) =>
        companion.Base is { } own ? (own, companion.BaseName)
        : companion.Kind == CompanionKind.Projector || project.Models[0].IsFile ? null
        : (project.Models[0], PackerfileGenerator.ModelContext);

    private static void AppendRemote(StringBuilder text, ModelSource source, string stage)
    {
        if (source.IsRemote)
        {
            text.Append('\n').Append(PackerfileText.From("scratch", stage)).Append(PackerfileText.Instruction("ADD", [], [source.Include, source.RemoteName]));
        }
    }

    // The file before it is quantized.
    private static string PlainName(CompanionModel companion) => $"/{(companion with { QuantizeType = null }).FileName}";

    private static string FileOf(ModelSource source) => source.IsRemote ? source.RemoteName : Path.GetFileName(source.FullPath);

    private static void RequireThere(ModelProject project, CompanionModel companion, ModelSource source)
    {
        if (!source.IsRemote && !source.IsFile && !Directory.Exists(source.FullPath))
        {
            throw Fault(
                project,
                companion,
                TaskDiagnosticCodes.ModelNotThere,
                $"'{source.Include}' is neither a directory nor a file: '{source.FullPath}' does not exist.");
        }
    }

    private static BuildException Fault(ModelProject project, CompanionModel companion, string code, string message) =>
        ProjectFault.At(ProjectLocation.OfItem(project.Path, companion.ItemType, companion.Source.Include), code, message);
}
