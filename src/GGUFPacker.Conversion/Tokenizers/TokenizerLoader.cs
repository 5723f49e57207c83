using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Detection;
using GGUFPacker.Conversion.Tokenizers.Pipeline;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>Finds a checkpoint's tokenizer and brings it into GGUF's form.</summary>
internal static class TokenizerLoader
{
    /// <summary>Loads the tokenizer of the first of the requested kinds that the checkpoint has.</summary>
    /// <exception cref="CheckpointException">It has none of them, or a file is not what it must be.</exception>
    public static GgufTokenizer Load(CheckpointFiles files, TokenizerRequest request)
    {
        if (request.VocabularySize is < 0 or > TokenizerJsonReader.MaximumTokens)
        {
            throw new CheckpointException($"config.json: vocab_size is {request.VocabularySize}; at most {TokenizerJsonReader.MaximumTokens} is possible.");
        }

        var definition = files.Exists(TokenizerJsonReader.FileName) ? TokenizerJsonReader.Read(files) : null;
        foreach (var kind in request.Kinds)
        {
            switch (kind)
            {
                case VocabularyKind.SentencePiece when files.Exists(SentencePieceVocabulary.FileName):
                    return LoadSentencePiece(files, definition, request);
                case VocabularyKind.LlamaHf when definition is { IsLlamaHf: true }:
                    return LoadLlamaHf(files, definition, request);
                case VocabularyKind.Gpt2 when definition is not null:
                    return LoadGpt2(files, definition, request);
            }
        }

        throw new CheckpointException(
            $"The checkpoint '{files.Name}' has no tokenizer that can be converted: neither {string.Join(" nor ", request.Kinds.Select(FileOf).Distinct())}"
            + (files.Exists("tekken.json") ? "; tekken.json alone is not supported yet." : "."));

        static string FileOf(VocabularyKind kind) => kind == VocabularyKind.SentencePiece ? SentencePieceVocabulary.FileName : TokenizerJsonReader.FileName;
    }

    private static GgufTokenizer LoadSentencePiece(CheckpointFiles files, TokenizerJson? definition, TokenizerRequest request)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        var tokens = SentencePieceVocabulary.List(files, request.VocabularySize, notes.Add);
        return Build("llama", "default", tokens, definition, files, request, notes);
    }

    private static GgufTokenizer LoadLlamaHf(CheckpointFiles files, TokenizerJson definition, TokenizerRequest request)
    {
        var tokens = LlamaHfVocabulary.List(AutoTokenizer.Load(files, definition));
        return Build("llama", "default", tokens, definition, files, request, ImmutableArray.CreateBuilder<string>());
    }

    private static GgufTokenizer LoadGpt2(CheckpointFiles files, TokenizerJson definition, TokenizerRequest request)
    {
        if (definition.ModelType != "BPE")
        {
            throw new CheckpointException(
                $"{TokenizerJsonReader.FileName} of the checkpoint '{files.Name}' is a {definition.ModelType} tokenizer; this architecture needs a BPE.");
        }

        var tokenizer = AutoTokenizer.Load(files, definition);
        var notes = ImmutableArray.CreateBuilder<string>();
        var preTokenizer = FindPreTokenizer(files, request, tokenizer);
        if (preTokenizer.Note is { } note)
        {
            notes.Add(note);
        }

        return Build("gpt2", preTokenizer.Name, Gpt2Vocabulary.List(tokenizer, request.VocabularySize), definition, files, request, notes);
    }

    private static PreTokenizerDetection FindPreTokenizer(CheckpointFiles files, TokenizerRequest request, AutoTokenizer tokenizer)
    {
        if (request.PreTokenizer is not { } name)
        {
            return PreTokenizerDetector.Detect(tokenizer, CheckpointJson.ReadObjectIfPresent(files, "config.json") ?? default);
        }

        // Merges of tokens that are not there would show only when the converted model is used.
        _ = new BpeModel(tokenizer.Definition);
        var note = PreTokenizerCatalog.Instance.IsKnown(name) ? null : $"The pre-tokenizer '{name}' is none of llama.cpp's that are known here.";
        return new PreTokenizerDetection(name, PreTokenizerSource.Request, note);
    }

    private static GgufTokenizer Build(
        string model,
        string preTokenizer,
        TokenList tokens,
        TokenizerJson? definition,
        CheckpointFiles files,
        TokenizerRequest request,
        ImmutableArray<string>.Builder notes)
    {
        // Only the kinds with scores check their special tokens' ids against the vocabulary.
        var withMerges = model == "gpt2";
        return new GgufTokenizer
        {
            Model = model,
            PreTokenizer = preTokenizer,
            Tokens = tokens,
            Special = new SpecialVocabularyReader(files, definition, withMerges ? null : tokens.Count).Read(withMerges),
            FixedSpecial = request.FixedSpecialTokens.IsEmpty
                ? null
                : new SpecialVocabularyReader(files, definition, tokenCount: null).Read(withMerges: false, request.FixedSpecialTokens),
            AddSpacePrefix = request.WriteAddSpacePrefix ? CheckpointJson.ReadObjectIfPresent(files, "tokenizer_config.json")?.Flag("add_prefix_space") : null,
            AddBosToken = request.AddBosToken,
            Notes = notes.ToImmutable(),
        };
    }
}
