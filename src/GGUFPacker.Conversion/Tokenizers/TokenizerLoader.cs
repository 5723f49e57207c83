using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Finds a checkpoint's tokenizer and brings it into GGUF's form.</summary>
internal static class TokenizerLoader
{
    /// <summary>Loads the tokenizer of the first of the requested kinds that the checkpoint has.</summary>
    /// <exception cref="CheckpointException">It has none of them, or a file is not what it must be.</exception>
    public static GgufTokenizer Load(CheckpointFiles files, TokenizerRequest request) => Load(new TokenizerSources(files), request);

    /// <inheritdoc cref="Load(CheckpointFiles, TokenizerRequest)"/>
    public static GgufTokenizer Load(TokenizerSources sources, TokenizerRequest request)
    {
        if (request.VocabularySize is < 0 or > TokenizerJsonReader.MaximumTokens)
        {
            throw new CheckpointException($"config.json: vocab_size is {request.VocabularySize}; at most {TokenizerJsonReader.MaximumTokens} is possible.");
        }

        var vocabulary = request.Vocabularies.FirstOrDefault(vocabulary => vocabulary.When?.Invoke(sources) != false && vocabulary.IsIn(sources))
            ?? throw new CheckpointException(
                $"The checkpoint '{sources.Files.Name}' has no tokenizer that can be converted: neither "
                + $"{string.Join(" nor ", request.Vocabularies.Select(vocabulary => vocabulary.FileName).Distinct())}.");
        var draft = new TokenizerDraft(sources, request);
        Apply(vocabulary.First);
        vocabulary.Write(draft);
        Apply(vocabulary.Last);
        return new GgufTokenizer(draft.Keys.Build(), draft.Tokens, sources.Notes);

        void Apply(IEnumerable<TokenizerRule> rules)
        {
            foreach (var rule in rules)
            {
                rule(draft);
            }
        }
    }
}
