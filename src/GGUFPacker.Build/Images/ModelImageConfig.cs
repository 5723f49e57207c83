using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Images;

/// <summary>
/// The config of a model's image: an OCI image config whose member <c>config</c> tells what is in the image's GGUF files, so that nobody must fetch
/// them to know. Immutable.
/// </summary>
public sealed record ModelImageConfig
{
    /// <summary>The OCI part: platform, times, history, layers.</summary>
    public required ImageConfig Image { get; init; }

    /// <summary>Bytes of all GGUF files that the command names.</summary>
    public long Size { get; init; }

    /// <summary>The model; null for an image without one.</summary>
    public ModelFile? Model { get; init; }

    /// <summary>The draft model; null without one.</summary>
    public ModelFile? Drafter { get; init; }

    /// <summary>The multimodal projector; null without one.</summary>
    public ModelFile? Projector { get; init; }

    /// <summary>The LoRA adapters and control vectors, in the command's order.</summary>
    public ImmutableArray<ModelFile> Adapters { get; init; } = [];

    /// <summary>The arguments that the model starts with.</summary>
    public ModelCommand Command { get; init; } = ModelCommand.Empty;

    /// <summary>The labels.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>All GGUF files: model, drafter, projector, adapters.</summary>
    public IEnumerable<ModelFile> Files => new[] { Model, Drafter, Projector }.OfType<ModelFile>().Concat(Adapters);

    /// <summary>Makes the config of an image.</summary>
    /// <param name="options">What it is made from.</param>
    /// <param name="open">Opens the files that the command names.</param>
    /// <exception cref="GgufException">A file is no GGUF file; what else <paramref name="open"/> throws passes through.</exception>
    /// <exception cref="ContentException">The base image's config is invalid.</exception>
    public static ModelImageConfig Create(ModelImageOptions options, ModelFileOpener open)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(open);
        var baseConfig = options.Base is { } baseImage ? Read(baseImage) : null;
        var command = options.Command ?? baseConfig?.Command ?? ModelCommand.Empty;
        var files = Describe(command, baseConfig, open);
        var model = files.Find(file => file.Kind == CommandFileKind.Model).File;
        return new ModelImageConfig
        {
            Image = new ImageConfig
            {
                Created = Rfc3339.Format(options.Created),
                Author = options.Base?.Author,
                Platform = options.Platform,
                DiffIds = [.. options.Base?.DiffIds ?? [], .. options.DiffIds],
                History = [.. options.Base?.History ?? [], .. options.History],
            },
            Size = files.Sum(file => file.File.Size),
            Model = model,
            Drafter = files.Find(file => file.Kind == CommandFileKind.Drafter).File,
            Projector = files.Find(file => file.Kind == CommandFileKind.Projector).File,
            Adapters = [.. files.Where(file => file.Kind == CommandFileKind.Adapter).Select(file => file.File)],
            Command = command,
            Labels = ModelLabels.Create(options, baseConfig, model),
        };
    }

    /// <summary>Reads a model image's config, or any image's: what it does not say is empty then.</summary>
    /// <exception cref="ContentException">It is no image config.</exception>
    public static ModelImageConfig Parse(ReadOnlyMemory<byte> json) => Read(ImageConfig.Parse(json));

    /// <summary>Reads what an image's config says of its model.</summary>
    /// <exception cref="ContentException">It says it wrongly.</exception>
    public static ModelImageConfig Read(ImageConfig image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Config is not { ValueKind: JsonValueKind.Object } json)
        {
            return new ModelImageConfig { Image = image };
        }

        try
        {
            return new ModelImageConfig
            {
                Image = image,
                Size = Member("Size") is { } size ? size.GetInt64() : 0,
                Model = Member("Model") is { } model ? ModelFile.Parse(model) : null,
                Drafter = Member("Drafter") is { } drafter ? ModelFile.Parse(drafter) : null,
                Projector = Member("Projector") is { } projector ? ModelFile.Parse(projector) : null,
                Adapters = Member("Adapters") is { } adapters
                    ? [.. adapters.EnumerateArray().Where(adapter => adapter.ValueKind != JsonValueKind.Null).Select(ModelFile.Parse)]
                    : [],
                Command = Member("Cmd") is { } arguments
                    ? new ModelCommand([.. arguments.EnumerateArray().Select(argument => argument.GetString() ?? "")])
                    : ModelCommand.Empty,
                Labels = Member("Labels") is { } labels
                    ? labels.EnumerateObject().ToImmutableSortedDictionary(label => label.Name, label => label.Value.GetString() ?? "", StringComparer.Ordinal)
                    : ImmutableSortedDictionary<string, string>.Empty,
            };
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ContentException($"The image config does not describe its model as it must: {error.Message}", error);
        }

        JsonElement? Member(string name) => json.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
    }

    /// <summary>The config as JSON; equal configs give equal bytes, the original's where it is right.</summary>
    public byte[] ToBytes() => ModelImageConfigJson.Write(this);

    private static List<(CommandFileKind Kind, ModelFile File)> Describe(ModelCommand command, ModelImageConfig? baseConfig, ModelFileOpener open)
    {
        var files = new List<(CommandFileKind, ModelFile)>();
        var byPath = new Dictionary<string, ModelFile>(StringComparer.Ordinal);
        foreach (var argument in command.Files)
        {
            var path = ModelCommand.PathInImage(argument.Value);
            if (!byPath.TryGetValue(path, out var file))
            {
                var inherited = baseConfig?.Files.FirstOrDefault(old => ModelCommand.PathInImage(old.CommandValue) == path);
                using var opened = open(path, inherited is not null);
                file = opened is not null
                    ? ModelFile.Describe(opened, argument)
                    : inherited ?? throw new InvalidOperationException($"The file {path} was not opened, and the base image does not describe it.");
                byPath.Add(path, file);
            }

            files.Add((argument.Kind, file with { CommandValue = argument.Value, CommandIndex = argument.Index }));
        }

        return files;
    }
}
