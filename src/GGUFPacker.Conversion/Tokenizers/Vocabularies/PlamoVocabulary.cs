using System.Text;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>PLaMo 2's tokenizer.jsonl: one list for each token, with its text, score and type.</summary>
internal sealed record PlamoVocabulary : Vocabulary
{
    private const uint EndOfTurn = 4;

    /// <inheritdoc/>
    public override string FileName => "tokenizer.jsonl";

    /// <inheritdoc/>
    public override bool IsIn(TokenizerSources sources) => sources.Files.Exists(FileName);

    /// <inheritdoc/>
    public override void Write(TokenizerDraft draft)
    {
        var entries = ReadEntries(draft.Sources.Files);
        var size = draft.Request.VocabularySize ?? entries.Count;
        var list = new TokenList(Math.Max(size, entries.Count), score: -1000);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < list.Count; id++)
        {
            if (id < entries.Count)
            {
                var (token, score, type) = entries[id];
                list.Set(id, token, type, score);
                ids.TryAdd(token, id);
            }
            else
            {
                // Padding counts from one.
                list.Set(id, $"[PAD{id - entries.Count + 1}]", TokenType.Unused, score: -1000);
            }
        }

        draft.WriteModel("plamo2", "default");
        draft.WriteTokens(list);
        foreach (var type in (string[])["bos", "eos", "pad", "sep", "unk"])
        {
            if (draft.Sources.Configuration.Property($"{type}_token") is { } token)
            {
                var text = token.ValueKind == JsonValueKind.String ? token.Unescape() : "";
                TokenizerRules.Id(type, ids.TryGetValue(text, out var id)
                    ? (uint)id
                    : throw new CheckpointException($"tokenizer_config.json: {FileName} has no token '{text}', the {type} token."))(draft);
            }
        }

        TokenizerRules.Id("eot", EndOfTurn)(draft);
        TokenizerRules.AddSpacePrefix(false)(draft);
    }

    private List<(string Token, float Score, TokenType Type)> ReadEntries(CheckpointFiles files)
    {
        var entries = new List<(string, float, TokenType)>();
        using var reader = new StreamReader(new MemoryStream(files.ReadAllBytes(FileName)), new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            while (reader.ReadLine() is { } line)
            {
                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                using var document = JsonDocument.Parse(line);
                entries.Add(ReadEntry(document.RootElement));
                if (entries.Count > TokenizerJsonReader.MaximumTokens)
                {
                    throw new CheckpointException($"{FileName} has more than {TokenizerJsonReader.MaximumTokens} tokens.");
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException)
        {
            throw new CheckpointException($"{FileName}: line {entries.Count + 1} is no JSON: {exception.Message}", exception);
        }

        return entries;
    }

    private (string Token, float Score, TokenType Type) ReadEntry(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() < 2 || element[0].ValueKind != JsonValueKind.String
            || element[1].ValueKind != JsonValueKind.Number || !element[1].TryGetDouble(out var score))
        {
            throw new CheckpointException($"{FileName}: a line is not [token, score, type].");
        }

        var token = element[0].Unescape();
        var type = element.GetArrayLength() > 2 && element[2].ValueKind == JsonValueKind.String ? element[2].Unescape() : "NORMAL";
        return (token, (float)score, type switch
        {
            "UNKNOWN" => TokenType.Unknown,
            "CONTROL" => TokenType.Control,
            "BYTE" => TokenType.Byte,
            _ when token.StartsWith("<|plamo:", StringComparison.Ordinal) && token.EndsWith("|>", StringComparison.Ordinal) => TokenType.Control,
            _ => TokenType.Normal,
        });
    }
}
