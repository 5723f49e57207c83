using System.CommandLine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer list</c>: the images of the store.</summary>
internal static class ListCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var fullId = new Option<bool>("--full-id") { Description = "Show whole IDs." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("list", "Lists the models of the local store.") { fullId, json };
        command.Aliases.Add("ls");
        command.SetAction(result => Run(environment, result.GetValue(fullId), result.GetValue(json)));
        return command;
    }

    private static int Run(CliEnvironment environment, bool fullId, bool json)
    {
        using var store = environment.OpenStore();
        var images = store.Tags.List().Select(tag => (Tag: tag, Model: TryLoad(environment, store, tag))).Where(image => image.Model is not null).ToList();
        if (json)
        {
            WriteJson(environment, images!);
        }
        else
        {
            WriteTable(environment, images!, fullId);
        }

        return ExitCode.Success;
    }

    // One damaged image must not hide the others.
    private static StoredModel? TryLoad(CliEnvironment environment, ContentStore store, StoredTag tag)
    {
        try
        {
            return StoredModel.Load(store, tag.Manifest);
        }
        catch (Exception error) when (error is StoreException or ContentException)
        {
            environment.Console.Note($"gguf-packer: {tag.Reference.Familiar} is left out: {error.Message}");
            return null;
        }
    }

    private static void WriteTable(CliEnvironment environment, List<(StoredTag Tag, StoredModel Model)> images, bool fullId)
    {
        var table = new TextTable("NAME", "TAG", "ID", "ARCH", "PARAMS", "BPW", "TYPE", "USAGE", "CREATED", "SIZE");
        foreach (var (tag, image) in images)
        {
            var model = image.Model.Model;
            table.Add(
                Name(tag.Reference),
                Version(tag.Reference),
                fullId ? image.Id : image.Id[..StoredModel.ShortIdLength],
                model?.Architecture ?? "-",
                model is null ? "-" : GgufUnits.FormatParameters(model.Parameters),
                model is null ? "-" : GgufUnits.FormatBitsPerWeight(model.BitsPerWeight),
                model?.FileTypeName ?? "-",
                image.Model.Labels.GetValueOrDefault("gguf.model.usage", "-"),
                RelativeAge.Of(CreatedOf(tag, image), environment.Time.GetUtcNow()),
                model is null ? "-" : GgufUnits.FormatBytes(image.Model.Size));
        }

        table.Write(environment.Console.Out);
    }

    // A reproducible image carries the Unix epoch, which tells nobody anything; when the store got it does.
    private static DateTimeOffset CreatedOf(StoredTag tag, StoredModel image) =>
        Rfc3339.TryParse(image.Model.Image.Created, out var created) && created > DateTimeOffset.UnixEpoch ? created : tag.Updated;

    private static void WriteJson(CliEnvironment environment, List<(StoredTag Tag, StoredModel Model)> images) =>
        JsonText.Write(environment.Console.Out, writer =>
        {
            writer.WriteStartArray();
            foreach (var (tag, image) in images)
            {
                writer.WriteStartObject();
                writer.WriteString("reference", tag.Reference.ToString());
                writer.WriteString("name", Name(tag.Reference));
                writer.WriteString("tag", Version(tag.Reference));
                writer.WriteString("id", image.Id);
                writer.WriteString("manifest", image.Manifest.Digest.ToString());
                if (image.Model.Model is { } model)
                {
                    writer.WriteString("architecture", model.Architecture);
                    writer.WriteNumber("parameters", model.Parameters);
                    writer.WriteNumber("bitsPerWeight", model.BitsPerWeight);
                    writer.WriteString("type", model.FileTypeName);
                    writer.WriteNumber("size", image.Model.Size);
                }

                if (image.Model.Labels.TryGetValue("gguf.model.usage", out var usage))
                {
                    writer.WriteString("usage", usage);
                }

                writer.WriteString("created", image.Model.Image.Created);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    private static string Name(ImageReference reference) => (reference with { Tag = null, Digest = default }).Familiar;

    private static string Version(ImageReference reference) => reference.Tag ?? reference.Digest.ToString();
}
