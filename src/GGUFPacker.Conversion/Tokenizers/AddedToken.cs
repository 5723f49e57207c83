using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A token beside the trained vocabulary and how it is found in a text (Hugging Face's AddedToken).</summary>
/// <param name="Content">Its text.</param>
/// <param name="Special">It steers the model.</param>
/// <param name="Normalized">It is searched in the normalized text, in its own normalized form.</param>
/// <param name="SingleWord">It is no match inside a word.</param>
/// <param name="LeftStrip">White space before it belongs to it.</param>
/// <param name="RightStrip">White space after it belongs to it.</param>
internal sealed record AddedToken(string Content, bool Special, bool Normalized, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false)
{
    /// <summary>A token of which only the text and whether it is special are known: special ones are not normalized.</summary>
    public static AddedToken Plain(string content, bool special) => new(content, special, Normalized: !special);

    /// <summary>Reads a token's JSON form; null if it has no content.</summary>
    public static AddedToken? Read(JsonElement element, bool? special = null)
    {
        if (element.Text("content") is not { } content)
        {
            return null;
        }

        var isSpecial = special ?? element.Flag("special") ?? false;
        return new AddedToken(
            content,
            isSpecial,
            element.Flag("normalized") ?? !isSpecial,
            element.Flag("single_word") ?? false,
            element.Flag("lstrip") ?? false,
            element.Flag("rstrip") ?? false);
    }

    /// <summary>
    /// Whether a token's text says that it is a control token, for the models that forgot to mark theirs: command-r, deepseek-coder, gemma.
    /// </summary>
    public static bool LooksSpecial(string text) =>
        text is "<pad>" or "<mask>" or "<2mass>" or "[@BOS@]"
        || (text.StartsWith("<|", StringComparison.Ordinal) && text.EndsWith("|>", StringComparison.Ordinal))
        || (text.StartsWith("<｜", StringComparison.Ordinal) && text.EndsWith("｜>", StringComparison.Ordinal))
        || (text.StartsWith("<unused", StringComparison.Ordinal) && text.EndsWith('>'));
}
