using System.Collections.Immutable;
using System.Text;
using GGUFPacker.Build.Engine;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Tasks.Reporting;

namespace GGUFPacker.Tasks.Generation;

/// <summary>Writes the GGUFPackerfile that a model project amounts to: a stage for the conversion, and one for each quantize type.</summary>
internal static class PackerfileGenerator
{
    /// <summary>The named context or stage that has the model.</summary>
    public const string ModelContext = "model";

    private const string ConvertStage = "convert";

    /// <summary>Generates the file and the targets to build.</summary>
    /// <exception cref="BuildException">The project lacks something or contradicts itself.</exception>
    public static GeneratedPackerfile Generate(ModelProject project)
    {
        if (project.HasPackerfile)
        {
            return new GeneratedPackerfile(null, NamedContexts(project), Targets(project));
        }

        var model = TheOnlyModel(project);
        var isFile = model.IsFile;
        if (!model.IsRemote && !isFile && !Directory.Exists(model.FullPath))
        {
            throw ProjectFault.At(
                ProjectLocation.OfItem(project.Path, "GGUFModel", model.Include),
                TaskDiagnosticCodes.ModelNotThere,
                $"The model '{model.Include}' is neither a directory nor a file: '{model.FullPath}' does not exist.");
        }

        CompanionStages.Verify(project, ModelFiles(project, model));
        var text = new StringBuilder(PackerfileText.Comment($"""
            Generated from {Path.GetFileName(project.Path)}; what is changed here is lost.
            To write your own, copy this file beside the project and name the copy in the property GGUFPackerfile.
            """));
        if (model.IsRemote)
        {
            text.Append('\n')
                .Append(PackerfileText.From("scratch", ModelContext))
                .Append(PackerfileText.Instruction("ADD", [], [model.Include, model.RemoteName]));
        }
        else
        {
            text.Append(PackerfileText.Comment($"--from={ModelContext} is {(isFile ? "the directory of " : "")}the GGUFModel item."));
        }

        List<KeyValuePair<string, string?>> convertFlags = [new("from", ModelContext), new("type", model.ConvertType), .. model.ConvertFlags];
        var checkpoint = model.IsRemote ? model.RemoteName : ".";
        var source = !isFile ? $"/{model.Name}.gguf" : model.IsRemote ? model.RemoteName : Path.GetFileName(model.FullPath);
        if (!isFile && !project.QuantizeTypes.IsEmpty)
        {
            text.Append('\n').Append(PackerfileText.From("scratch", ConvertStage));
            text.Append(PackerfileText.Instruction("CONVERT", convertFlags, [checkpoint, source]));
        }

        CompanionStages.AppendStages(text, project);
        foreach (var variant in project.QuantizeTypes)
        {
            QuantizeFiles.Verify(project, variant);
            var file = $"{model.Name}.{variant.Type}.gguf";
            AppendStage(text, project, variant.Type.ToLowerInvariant());
            List<KeyValuePair<string, string?>> flags =
                [new("from", isFile ? ModelContext : ConvertStage), new("type", variant.Type), .. variant.Flags, .. QuantizeFiles.Flags(project, variant)];
            text.Append(PackerfileText.Instruction("QUANTIZE", flags, [source, $"/{file}"]));
            AppendCommand(text, project, variant.Has("keep-split") ? FirstPart(file, source) : file);
        }

        if (project.QuantizeTypes.IsEmpty)
        {
            var variant = VariantWithoutQuantize(project);
            var file = variant.Length == 0 ? $"{model.Name}.gguf" : $"{model.Name}.{variant}.gguf";
            AppendStage(text, project, StageWithoutQuantize(variant));
            string[] parts = isFile ? PartsOf(source) : [];
            if (parts.Length > 1)
            {
                // The parts of a split model find each other by their names, so they keep them.
                text.Append(PackerfileText.Instruction("COPY", [new("from", ModelContext)], [.. parts, "/"]));
                file = source[(source.LastIndexOf('/') + 1)..];
            }
            else
            {
                text.Append(isFile
                    ? PackerfileText.Instruction("COPY", [new("from", ModelContext)], [source, $"/{file}"])
                    : PackerfileText.Instruction("CONVERT", convertFlags, [checkpoint, $"/{file}"]));
            }

            AppendCommand(text, project, file);
        }

        return new GeneratedPackerfile(text.ToString(), NamedContexts(project), Targets(project));
    }

    /// <summary>The files of a split model, by the name of the first; any other file is its own.</summary>
    public static string[] PartsOf(string source) => GgufSplitName.TryParse(source) is { Number: 1 } split
        ? [.. Enumerable.Range(1, Math.Max(1, split.Count)).Select(split.PathOf)]
        : [source];

    // The name that llama-quantize gives to the first file of as many as the source has.
    private static string FirstPart(string file, string source) =>
        new GgufSplitName(Path.ChangeExtension(file, null), 1, GgufSplitName.TryParse(source)?.Count ?? 1).ToString();

    private static void AppendStage(StringBuilder text, ModelProject project, string stage)
    {
        text.Append('\n').Append(PackerfileText.From(project.BaseImage, stage));
        foreach (var labels in project.Labels.GroupBy(label => label.Key, label => label.Value, StringComparer.Ordinal))
        {
            // A LABEL has one line; descriptions in project files often have several.
            text.Append(PackerfileText.Label(labels.Key, labels.Last().ReplaceLineEndings(" ")));
        }
    }

    private static void AppendCommand(StringBuilder text, ModelProject project, string file)
    {
        CompanionStages.AppendFiles(text, project);
        // The user's own -m stands in for ours.
        var namesModel = project.CommandArguments.Any(argument => argument is "-m" or "--model");
        var saysType = project.CommandArguments.Contains("--spec-type");
        var companions = project.Companions.SelectMany(companion => (saysType ? companion with { SpecType = null } : companion).Arguments);
        text.Append(PackerfileText.Cmd(namesModel ? [.. project.CommandArguments, .. companions] : ["-m", file, .. companions, .. project.CommandArguments]));
    }

    private static IEnumerable<string> ModelFiles(ModelProject project, ModelSource model)
    {
        var types = project.QuantizeTypes.IsEmpty ? [VariantWithoutQuantize(project)] : project.QuantizeTypes.Select(variant => variant.Type);
        return types.Select(type => type.Length == 0 ? $"{model.Name}.gguf" : $"{model.Name}.{type}.gguf");
    }

    private static ModelSource TheOnlyModel(ModelProject project) => project.Models switch
    {
        [] => throw ProjectFault.At(
            SourceSpan.File(project.Path),
            TaskDiagnosticCodes.NoModel,
            "The project has no model: add <GGUFModel Include=\"directory or file\" />."),
        [var model] => model,
        [_, var second, ..] => throw ProjectFault.At(
            ProjectLocation.OfItem(project.Path, "GGUFModel", second.Include),
            TaskDiagnosticCodes.SeveralModels,
            "The project has several models: an image of several needs a GGUFPackerfile of your own, named in the property GGUFPackerfile."),
    };

    private static ImmutableArray<BuildTarget> Targets(ModelProject project)
    {
        if (!project.QuantizeTypes.IsEmpty)
        {
            return [.. project.QuantizeTypes.Select(variant => new BuildTarget
            {
                Stage = variant.Type.ToLowerInvariant(),
                References = ImageNames.Of(project, variant.Type),
            })];
        }

        // A file of the user's own is built to its last stage.
        var only = project.HasPackerfile ? "" : VariantWithoutQuantize(project);
        return [new BuildTarget { Stage = project.HasPackerfile ? null : StageWithoutQuantize(only), References = ImageNames.Of(project, only) }];
    }

    /// <summary>What tells a converted model's files and tags from others: its type, where the project states it.</summary>
    private static string VariantWithoutQuantize(ModelProject project)
    {
        var model = project.Models[0];
        return model.IsFile || model.ConvertType == "auto" ? "" : model.ConvertType;
    }

    private static string StageWithoutQuantize(string variant) => variant.Length == 0 ? "gguf" : variant.ToLowerInvariant();

    private static ImmutableDictionary<string, string> NamedContexts(ModelProject project)
    {
        var contexts = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (model, index) in project.Models.Select((model, index) => (model, index)))
        {
            if (model.IsRemote)
            {
                continue;
            }

            var directory = File.Exists(model.FullPath) ? Path.GetDirectoryName(model.FullPath)! : model.FullPath;
            contexts[index == 0 ? ModelContext : $"{ModelContext}{index + 1}"] = directory;
        }

        foreach (var (name, directory) in QuantizeFiles.Contexts(project).Concat(CompanionStages.Contexts(project)))
        {
            contexts[name] = directory;
        }

        return contexts.ToImmutable();
    }
}
