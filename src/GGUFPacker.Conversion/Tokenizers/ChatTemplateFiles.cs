using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// Finds a checkpoint's chat templates: chat_template of tokenizer_config.json (also null) wins over chat_template.jinja with additional_chat_templates,
/// which wins over chat_template.json.
/// </summary>
internal static class ChatTemplateFiles
{
    private const string Default = "default";
    private const string Folder = "additional_chat_templates/";

    /// <summary>The templates by name; the model's own is named "default".</summary>
    /// <exception cref="CheckpointException">A file is not what it must be.</exception>
    public static ImmutableArray<KeyValuePair<string, string>> Read(CheckpointFiles files, JsonElement configuration)
    {
        if (configuration.ValueKind == JsonValueKind.Object && configuration.TryGetProperty("chat_template", out var value))
        {
            return FromJson(value);
        }

        if (ReadJinja(files) is { } jinja)
        {
            return
            [
                new(Default, jinja),
                .. files.Names.Where(IsAdditional)
                    .Select(name => new KeyValuePair<string, string>(name[Folder.Length..^".jinja".Length], ReadText(files, name))),
            ];
        }

        return CheckpointJson.ReadObjectIfPresent(files, "chat_template.json")?.Property("chat_template") is { } template ? FromJson(template) : [];
    }

    /// <summary>The text of chat_template.jinja; null without the file.</summary>
    /// <exception cref="CheckpointException">It is not UTF-8.</exception>
    public static string? ReadJinja(CheckpointFiles files) => files.Exists("chat_template.jinja") ? ReadText(files, "chat_template.jinja") : null;

    private static ImmutableArray<KeyValuePair<string, string>> FromJson(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return [new(Default, value.Unescape())];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var templates = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var entry in value.EnumerateArray())
        {
            if (entry.Text("name") is { } name && entry.Text("template") is { } template)
            {
                templates.Add(new(name, template));
            }
        }

        return templates.ToImmutable();
    }

    private static bool IsAdditional(string name) =>
        name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".jinja", StringComparison.Ordinal) && !name[Folder.Length..].Contains('/');

    // Line ends become \n, as Python's text files have them.
    private static string ReadText(CheckpointFiles files, string name)
    {
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(files.ReadAllBytes(name));
            return text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        }
        catch (DecoderFallbackException exception)
        {
            throw new CheckpointException($"'{name}' of the checkpoint '{files.Name}' is not UTF-8.", exception);
        }
    }
}
