using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Images;

/// <summary>Writes the config of a model's image, members in the original's order: alphabetical at the top, where BuildKit writes them anew.</summary>
internal static class ModelImageConfigJson
{
    public static byte[] Write(ModelImageConfig config)
    {
        var image = config.Image;
        var writer = new GoJsonWriter();
        writer.Begin('{');
        writer.Name("architecture").Text(image.Platform.Architecture);
        WriteText(writer, "author", image.Author);
        WriteModel(writer.Name("config"), config);
        WriteText(writer, "created", image.Created);
        if (!image.History.IsEmpty)
        {
            writer.Name("history").Begin('[');
            foreach (var step in image.History)
            {
                WriteStep(writer, step);
            }

            writer.End(']');
        }

        writer.Name("os").Text(image.Platform.Os);
        WriteText(writer, "os.version", image.Platform.OsVersion);
        writer.Name("rootfs").Begin('{');
        writer.Name("type").Text("layers");
        WriteTexts(writer, "diff_ids", image.DiffIds.Select(digest => digest.ToString()));
        writer.End('}');
        WriteText(writer, "variant", image.Platform.Variant);
        writer.End('}');
        return writer.Written.ToArray();
    }

    private static void WriteModel(GoJsonWriter writer, ModelImageConfig config)
    {
        writer.Begin('{');
        if (config.Size != 0)
        {
            writer.Name("Size").Number(config.Size);
        }

        WriteFile("Model", config.Model);
        WriteFile("Drafter", config.Drafter);
        WriteFile("Projector", config.Projector);
        if (!config.Adapters.IsEmpty)
        {
            writer.Name("Adapters").Begin('[');
            foreach (var adapter in config.Adapters)
            {
                adapter.Write(writer);
            }

            writer.End(']');
        }

        if (!config.Command.Arguments.IsEmpty)
        {
            WriteTexts(writer, "Cmd", config.Command.Arguments);
        }

        if (!config.Labels.IsEmpty)
        {
            writer.Name("Labels").Begin('{');
            foreach (var (key, value) in config.Labels)
            {
                writer.Name(key).Text(value);
            }

            writer.End('}');
        }

        writer.End('}');

        void WriteFile(string name, ModelFile? file)
        {
            if (file is not null)
            {
                writer.Name(name);
                file.Write(writer);
            }
        }
    }

    private static void WriteStep(GoJsonWriter writer, ImageHistory step)
    {
        writer.Begin('{');
        WriteText(writer, "created", step.Created);
        WriteText(writer, "created_by", step.CreatedBy);
        WriteText(writer, "author", step.Author);
        WriteText(writer, "comment", step.Comment);
        if (step.EmptyLayer)
        {
            writer.Name("empty_layer").Flag(true);
        }

        writer.End('}');
    }

    private static void WriteText(GoJsonWriter writer, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            writer.Name(name).Text(value);
        }
    }

    private static void WriteTexts(GoJsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.Name(name).Begin('[');
        foreach (var value in values)
        {
            writer.Text(value);
        }

        writer.End(']');
    }
}
