using System.Text;
using GGUFPacker.Tasks.Generation;
using GGUFPacker.Tasks.Reporting;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace GGUFPacker.Tasks;

/// <summary>Writes a project's GGUFPackerfile, unless the project brings one, and says which of its stages become which images.</summary>
public sealed class GenerateGGUFPackerfile : MSBuildTask
{
    /// <summary>The project file.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>
    /// The <c>GGUFModel</c> items, with metadata <c>Type</c> (default <c>auto</c>), <c>Name</c> (default: the project's),
    /// <c>PreTokenizer</c> and <c>ModelName</c>, and those of <see cref="QuantizeTypes"/> as defaults.
    /// </summary>
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>
    /// The <c>GGUFQuantizeType</c> items, with a metadata for each flag of QUANTIZE: <c>Imatrix</c>, <c>Pure</c>, <c>TensorTypes</c>, ….
    /// </summary>
    public ITaskItem[] QuantizeTypes { get; set; } = [];

    /// <summary>The <c>GGUFAdapter</c> items, with metadata <c>Base</c>, <c>Scale</c> and those of <see cref="Models"/>.</summary>
    public ITaskItem[] Adapters { get; set; } = [];

    /// <summary>The <c>GGUFProjector</c> items, with the metadata of <see cref="Models"/>.</summary>
    public ITaskItem[] Projectors { get; set; } = [];

    /// <summary>The <c>GGUFDrafter</c> items, with metadata <c>QuantizeType</c> and those of <see cref="Models"/>.</summary>
    public ITaskItem[] Drafters { get; set; } = [];

    /// <summary>The <c>GGUFCommandArgument</c> items; metadata <c>Value</c> is the word behind.</summary>
    public ITaskItem[] CommandArguments { get; set; } = [];

    /// <summary>The labels; metadata <c>Value</c> is the value.</summary>
    public ITaskItem[] Labels { get; set; } = [];

    /// <summary>The image that the images start from.</summary>
    public string BaseImage { get; set; } = "scratch";

    /// <summary>The images' repository.</summary>
    [Required]
    public string Repository { get; set; } = "";

    /// <summary>The images' tags; empty for the types' names alone.</summary>
    public string[] ImageTags { get; set; } = [];

    /// <summary>The GGUFPackerfile that the project brings; empty if none.</summary>
    public string CustomPackerfile { get; set; } = "";

    /// <summary>Where the GGUFPackerfile lies, or is written to.</summary>
    [Required]
    public string PackerfilePath { get; set; } = "";

    /// <summary>One item for each image: metadata <c>Stage</c> (empty for the last stage) and <c>References</c>.</summary>
    [Output]
    public ITaskItem[] Targets { get; private set; } = [];

    /// <summary>The directories that the file reads, with their name in metadata <c>Name</c>.</summary>
    [Output]
    public ITaskItem[] NamedContexts { get; private set; } = [];

    /// <inheritdoc />
    public override bool Execute()
    {
        try
        {
            var generated = PackerfileGenerator.Generate(ReadProject());
            if (generated.Text is { } text)
            {
                WriteIfDifferent(PackerfilePath, text);
            }

            Targets = [.. generated.Targets.Select(target => new TaskItem(
                target.References[0],
                new Dictionary<string, string> { ["Stage"] = target.Stage ?? "", ["References"] = string.Join(' ', target.References) }))];
            NamedContexts = [.. generated.NamedContexts.Select(context => new TaskItem(
                EscapingOf(context.Value),
                new Dictionary<string, string> { ["Name"] = context.Key }))];
        }
        catch (Exception exception)
        {
            Log.LogFailure(exception, ProjectFile);
        }

        return !Log.HasLoggedErrors;
    }

    private ModelProject ReadProject()
    {
        var projectName = Path.GetFileNameWithoutExtension(ProjectFile);
        var directory = Path.GetDirectoryName(Path.GetFullPath(ProjectFile))!;
        return new ModelProject
        {
            Path = ProjectFile,
            Models = [.. Models.Select(item => ModelMetadata.Read(item, projectName))],
            Companions =
            [
                .. CompanionMetadata.Read(CompanionKind.Drafter, Drafters, projectName, directory),
                .. CompanionMetadata.Read(CompanionKind.Projector, Projectors, projectName, directory),
                .. CompanionMetadata.Read(CompanionKind.Adapter, Adapters, projectName, directory),
            ],
            QuantizeTypes = [.. QuantizeTypes
                .Select(item => QuantizeMetadata.Read(item, Models.FirstOrDefault(), directory))
                .DistinctBy(variant => variant.Type)],
            CommandArguments = [.. CommandArguments.SelectMany(item => new[] { item.ItemSpec, item.GetMetadata("Value") }.Where(word => word.Length > 0))],
            Labels = [.. Labels.Select(item => KeyValuePair.Create(item.ItemSpec, item.GetMetadata("Value")))],
            BaseImage = BaseImage,
            Repository = Repository,
            ImageTags = [.. ImageTags],
            HasPackerfile = CustomPackerfile.Length > 0,
        };
    }

    private static void WriteIfDifferent(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, path, overwrite: true);
    }

    private static string EscapingOf(string path) => path.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal);
}
