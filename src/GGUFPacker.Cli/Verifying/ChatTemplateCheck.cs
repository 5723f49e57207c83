using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Whether chats have a template, and a plausible one.</summary>
internal static class ChatTemplateCheck
{
    private const string Key = "tokenizer.chat_template";

    // Models that read and do not write.
    private static readonly string[] s_encoders =
        ["bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "eurobert", "gemma-embedding", "llama-embed", "t5encoder", "wavtokenizer-dec"];

    /// <summary>Checks the model's own templates.</summary>
    /// <param name="file">The model's file, for messages.</param>
    /// <param name="metadata">Its keys.</param>
    /// <param name="isReplaced">Whether CMD gives another template.</param>
    public static IEnumerable<Finding> CheckModel(string file, GgufMetadata metadata, bool isReplaced)
    {
        var architecture = metadata.GetString("general.architecture") ?? "";
        if (metadata.GetString(Key) is null && !isReplaced && !s_encoders.Contains(architecture) && metadata[$"{architecture}.pooling_type"] is null)
        {
            yield return VerifyRules.NoChatTemplate.Of(file, "The model has no chat template.");
        }

        foreach (var (key, value) in metadata)
        {
            if ((key == Key || key.StartsWith(Key + ".", StringComparison.Ordinal)) && value.AsString() is { } template)
            {
                foreach (var finding in CheckTemplate(file, $"The template of {key}", template))
                {
                    yield return finding;
                }
            }
        }
    }

    /// <summary>Checks the value of --chat-template.</summary>
    /// <param name="value">A template or a name.</param>
    /// <param name="usesJinja">Whether llama-server reads templates as Jinja, as it does without --no-jinja.</param>
    public static IEnumerable<Finding> CheckOption(string value, bool usesJinja)
    {
        const string Option = "--chat-template";
        if (value.Contains('{', StringComparison.Ordinal))
        {
            return CheckTemplate(Option, $"The template of {Option}", value);
        }

        return value == "chatml" || (!usesJinja && LlamaNames.ChatTemplates.Contains(value)) ? []
            : LlamaNames.ChatTemplates.Contains(value)
                ? [VerifyRules.UnknownChatTemplate.Of(
                    Option,
                    $"'{value}' names a template that llama-server uses with --no-jinja only; otherwise each prompt is this word.",
                    "Add --no-jinja to CMD.")]
                : [VerifyRules.UnknownChatTemplate.Of(Option, $"'{value}' is neither a template nor the name of one.")];
    }

    /// <summary>Checks a template.</summary>
    /// <param name="subject">Where it is, for reports.</param>
    /// <param name="name">What it is, for messages.</param>
    /// <param name="template">Its text.</param>
    public static IEnumerable<Finding> CheckTemplate(string subject, string name, string template)
    {
        if (ChatTemplateSyntax.FindFault(template) is { } fault)
        {
            yield return VerifyRules.ChatTemplateUnclosed.Of(subject, $"{name} is no complete Jinja template: {fault}.");
        }
        else if (!template.Contains("messages", StringComparison.Ordinal))
        {
            yield return VerifyRules.ChatTemplateWithoutMessages.Of(subject, $"{name} does not use the chat's messages.");
        }
    }
}
