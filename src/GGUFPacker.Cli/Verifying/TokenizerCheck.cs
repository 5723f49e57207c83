using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Whether a model's tokenizer is whole, as llama.cpp's loader reads it (src/llama-vocab.cpp).</summary>
internal static class TokenizerCheck
{
    private const string Prefix = "tokenizer.ggml.";
    private const string Embeddings = "token_embd.weight";

    // These need the merges of byte pair encoding.
    private static readonly string[] s_merging = ["gpt2", "gemma4"];

    // These bring an end token of their own; the others have one only if the header names it.
    private static readonly string[] s_withoutEnd = ["bert", "none", "no_vocab"];

    /// <summary>Checks a model.</summary>
    public static IEnumerable<Finding> Check(string file, GgufParts model)
    {
        var metadata = model.Metadata;
        if (metadata.GetString(Prefix + "model") is not { } kind)
        {
            return [VerifyRules.NoTokenizer.Of(file, $"The header has no {Prefix}model.")];
        }

        if (!LlamaNames.Tokenizers.Contains(kind))
        {
            return [VerifyRules.UnknownTokenizer.Of(file, $"llama.cpp {LlamaServerFlags.Version} does not know the tokenizer '{kind}'.")];
        }

        if (kind is "none" or "no_vocab")
        {
            return [];
        }

        return metadata[Prefix + "tokens"] is { } tokens && tokens.TryGetArray<GgufString>(out _)
            ? [.. CheckTables(file, metadata, kind, tokens), .. CheckMerges(file, metadata, kind, tokens), .. CheckPreTokenizer(file, metadata, kind),
                .. CheckSpecialTokens(file, metadata, kind, tokens.Count), .. CheckEmbeddings(file, model.Tensors, tokens.Count)]
            : [VerifyRules.NoTokenizer.Of(file, $"The header has no list of tokens, {Prefix}tokens.")];
    }

    private static IEnumerable<Finding> CheckTables(string file, GgufMetadata metadata, string kind, GgufValue tokens)
    {
        foreach (var table in new[] { "scores", "token_type" })
        {
            if (metadata[Prefix + table] is { } values && (values.Type != GgufValueType.Array || values.Count != tokens.Count))
            {
                yield return VerifyRules.TokenTableLength.Of(file, $"{Prefix}{table} has {values.Count} entries for {tokens.Count} tokens.");
            }
        }

        if (FindDuplicate(tokens) is var (text, first, second))
        {
            yield return VerifyRules.DuplicateToken.Of(file, $"The tokens {first} and {second} are both '{text}'.");
        }
    }

    private static (string Text, int First, int Second)? FindDuplicate(GgufValue tokens)
    {
        tokens.TryGetArray<GgufString>(out var texts);
        var seen = new Dictionary<GgufString, int>(texts.Length);
        for (var i = 0; i < texts.Length; i++)
        {
            // llama.cpp gives empty tokens names of their own.
            if (!texts[i].Bytes.IsEmpty && !seen.TryAdd(texts[i], i))
            {
                return (texts[i].ToString(), seen[texts[i]], i);
            }
        }

        return null;
    }

    private static IEnumerable<Finding> CheckMerges(string file, GgufMetadata metadata, string kind, GgufValue tokens)
    {
        if (!s_merging.Contains(kind, StringComparer.Ordinal))
        {
            return [];
        }

        if (metadata[Prefix + "merges"] is not { } merges || !merges.TryGetArray<GgufString>(out var lines))
        {
            return metadata.GetString(Prefix + "pre") == "kimi-k2" ? [] : [VerifyRules.NoMerges.Of(file, $"The tokenizer '{kind}' has no {Prefix}merges.")];
        }

        tokens.TryGetArray<GgufString>(out var texts);
        var known = new HashSet<GgufString>(texts.Length);
        foreach (var text in texts)
        {
            known.Add(text);
        }

        var (count, example) = (0, "");
        foreach (var line in lines)
        {
            if (!MakesToken(line, known))
            {
                example = count++ == 0 ? line.ToString() : example;
            }
        }

        return count == 0
            ? []
            : [VerifyRules.MergeWithoutTokens.Of(file, $"{count} of {lines.Length} merges are of parts that are no tokens, or make none: the first is '{example}'.")];
    }

    // As llama.cpp: the first blank behind the first byte parts the two.
    private static bool MakesToken(GgufString line, HashSet<GgufString> known)
    {
        var bytes = line.Bytes;
        var blank = bytes.Length < 2 ? -1 : bytes[1..].IndexOf((byte)' ') + 1;
        if (blank <= 0)
        {
            return false;
        }

        var left = bytes[..blank];
        var right = bytes[(blank + 1)..];
        return known.Contains(new GgufString(left.ToArray()))
            && known.Contains(new GgufString(right.ToArray()))
            && known.Contains(new GgufString((byte[])[.. left, .. right]));
    }

    private static IEnumerable<Finding> CheckPreTokenizer(string file, GgufMetadata metadata, string kind)
    {
        if (kind != "gpt2")
        {
            yield break;
        }

        var name = metadata.GetString(Prefix + "pre");
        if (name is null)
        {
            yield return VerifyRules.NoPreTokenizer.Of(file, $"The header has no {Prefix}pre.");
        }
        else if (!LlamaNames.PreTokenizers.Contains(name))
        {
            yield return VerifyRules.UnknownPreTokenizer.Of(file, $"llama.cpp {LlamaServerFlags.Version} does not know the pre-tokenizer '{name}'.");
        }
    }

    private static IEnumerable<Finding> CheckSpecialTokens(string file, GgufMetadata metadata, string kind, int count)
    {
        foreach (var (key, value) in metadata)
        {
            if (key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith("_token_id", StringComparison.Ordinal) && value.TryGetInteger(out var id)
                && (id < 0 || id >= count))
            {
                yield return VerifyRules.SpecialTokenOutOfRange.Of(file, $"{key} is {id}, but there are {count} tokens.");
            }
        }

        if (!s_withoutEnd.Contains(kind, StringComparer.Ordinal)
            && metadata[Prefix + "eos_token_id"] is null && metadata[Prefix + "eot_token_id"] is null)
        {
            yield return VerifyRules.NoEndToken.Of(file, $"The header has no {Prefix}eos_token_id.");
        }
    }

    private static IEnumerable<Finding> CheckEmbeddings(string file, IEnumerable<TensorInfo> tensors, int count)
    {
        if (tensors.FirstOrDefault(tensor => tensor.Name == Embeddings) is { Shape: [_, var rows, ..] } && rows != count)
        {
            yield return VerifyRules.EmbeddingRowsMismatch.Of(file, $"{Embeddings} has {rows} rows for {count} tokens.");
        }
    }
}
