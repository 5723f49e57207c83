using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Collects a checkpoint's special vocabulary from tokenizer.json, tokenizer_config.json, the chat template files and config.json.</summary>
internal sealed class SpecialVocabularyReader
{
    private readonly TokenizerSources _sources;
    private readonly TokenizerJson? _tokenizer;
    private readonly int? _tokenCount;
    private readonly OrderedDictionary<string, uint> _ids = new(StringComparer.Ordinal);

    /// <summary>Creates a reader.</summary>
    /// <param name="sources">The checkpoint's files.</param>
    /// <param name="tokenCount">Ids must be below this; null if they are not checked.</param>
    public SpecialVocabularyReader(TokenizerSources sources, int? tokenCount)
    {
        _sources = sources;
        _tokenizer = sources.Definition;
        _tokenCount = tokenCount;
    }

    /// <summary>The types that are looked for where nothing else is asked.</summary>
    public static ImmutableArray<string> DefaultTypes { get; } = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"];

    /// <summary>The types to look for.</summary>
    public ImmutableArray<string> Types { get; init; } = DefaultTypes;

    /// <summary>Reads the special vocabulary.</summary>
    /// <param name="withMerges">Whether the kind of vocabulary has merges.</param>
    /// <exception cref="CheckpointException">A file is not what it must be, or an id is negative or too large.</exception>
    public SpecialVocabulary Read(bool withMerges)
    {
        var configuration = _sources.Configuration;
        var names = new SpecialTokenNames(configuration, Types);
        if (_tokenizer is not null)
        {
            names.ReadPostProcessors(_tokenizer.PostProcessors);
        }

        if (names.HasConfiguration)
        {
            ReadTokenNames(configuration, names);
        }

        ReadModelIds(_sources.Model, names);

        var (lowercase, stripAccents) = ReadNormalizerFlags();
        return new SpecialVocabulary
        {
            Merges = withMerges ? ReadMerges() : MergeList.Empty,
            TokenIds = [.. _ids],
            Additions = [.. names.Additions],
            ChatTemplates = names.HasConfiguration ? ChatTemplateFiles.Read(_sources.Files, configuration) : [],
            Lowercase = lowercase,
            StripAccents = stripAccents,
        };
    }

    private void ReadTokenNames(JsonElement configuration, SpecialTokenNames names)
    {
        foreach (var type in names.Types)
        {
            if (configuration.Flag($"add_{type}_token") is { } addition)
            {
                names.Additions[type] = addition;
            }

            if (names.TextOf(type) is not { } content || _tokenizer is null)
            {
                continue;
            }

            foreach (var (token, id) in _tokenizer.AddedTokens)
            {
                if (token.Content == content)
                {
                    SetId(type, (uint)id);
                    break;
                }
            }
        }
    }

    private void ReadModelIds(JsonElement model, SpecialTokenNames names)
    {
        foreach (var type in names.Types)
        {
            var id = model.Property($"{type}_token_id") ?? model.Property("text_config")?.Property($"{type}_token_id");
            switch (id?.ValueKind)
            {
                // The converter's Python counts true and false as the numbers 1 and 0.
                case JsonValueKind.True or JsonValueKind.False:
                    SetId(type, id.Value.GetBoolean() ? 1u : 0u);
                    break;
                case JsonValueKind.Number when IsInteger(id.Value):
                    if (id.Value.TryGetUInt32(out var value))
                    {
                        SetId(type, value);
                    }
                    else if (_tokenCount is null || id.Value.GetRawText().StartsWith('-'))
                    {
                        throw new CheckpointException($"config.json: {type}_token_id is {id.Value.GetRawText()}, which is no token id.");
                    }

                    break;
            }
        }

        static bool IsInteger(JsonElement element) => element.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0;
    }

    private void SetId(string type, uint id)
    {
        if (_tokenCount is null || id < _tokenCount)
        {
            _ids.TryAdd(type, id);
        }
    }

    private MergeList ReadMerges()
    {
        if (_tokenizer is { Merges.Count: > 0 })
        {
            return _tokenizer.Merges;
        }

        return _sources.Files.Exists(MergesFile.FileName) ? MergesFile.Read(_sources.Files) : MergeList.Empty;
    }

    private (bool? Lowercase, bool? StripAccents) ReadNormalizerFlags()
    {
        bool? lowercase = null;
        bool? stripAccents = null;
        foreach (var step in _tokenizer?.Normalizers ?? [])
        {
            switch (step.Type)
            {
                case "Lowercase":
                    lowercase = true;
                    break;
                case "StripAccents":
                    stripAccents = true;
                    break;
                case "BertNormalizer":
                    lowercase = step.Fields.TryGetProperty("lowercase", out _) ? step.Fields.Flag("lowercase") : lowercase;
                    stripAccents = step.Fields.TryGetProperty("strip_accents", out _) ? step.Fields.Flag("strip_accents") : stripAccents;
                    break;
            }
        }

        return (lowercase, stripAccents);
    }
}
