using System.Text.Json;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>Small tokenizer.json files.</summary>
internal static class TokenizerJsonText
{
    /// <summary>A byte-level BPE with five tokens.</summary>
    /// <param name="addedTokens">The list of added tokens.</param>
    /// <param name="preTokenizer">The pre-tokenizer.</param>
    /// <param name="postProcessor">The post-processor.</param>
    /// <param name="vocabulary">The tokens and ids.</param>
    /// <param name="merges">The merges.</param>
    public static string ByteLevel(
        string addedTokens = "[]",
        string preTokenizer = """{"type":"ByteLevel","add_prefix_space":false,"use_regex":true}""",
        string postProcessor = "null",
        string vocabulary = """{"a":0,"b":1,"Ġ":2,"ab":3,"Ġab":4}""",
        string merges = """["a b","Ġ ab"]""",
        string model = "\"type\":\"BPE\"") =>
        "{\"added_tokens\":" + addedTokens + ",\"normalizer\":null,\"pre_tokenizer\":" + preTokenizer + ",\"post_processor\":" + postProcessor
        + ",\"decoder\":{\"type\":\"ByteLevel\"},\"model\":{" + model + ",\"vocab\":" + vocabulary + ",\"merges\":" + merges + "}}";

    /// <summary>An added token.</summary>
    public static string Added(int id, string content, bool special = false, bool normalized = false) =>
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = normalized,
            ["special"] = special,
        });
}
