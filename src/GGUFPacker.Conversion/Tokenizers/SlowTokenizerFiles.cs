using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// The tokenizer of a checkpoint without tokenizer.json, from the older files: vocab.json with merges.txt, or vocab.txt. What those do not say comes from the
/// tokenizer's class, as transformers completes them.
/// </summary>
internal static class SlowTokenizerFiles
{
    private const string VocabularyFileName = "vocab.json";
    private const string WordsFileName = "vocab.txt";

    // transformers' Qwen2 splits text so.
    private const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>Whether the checkpoint has such files.</summary>
    public static bool AreIn(CheckpointFiles files) =>
        (files.Exists(VocabularyFileName) && files.Exists(MergesFile.FileName)) || files.Exists(WordsFileName);

    /// <summary>Reads the files.</summary>
    /// <param name="files">The checkpoint.</param>
    /// <param name="className">The tokenizer's class, without the ending "Fast"; null if unknown.</param>
    /// <param name="configuration">tokenizer_config.json.</param>
    /// <exception cref="CheckpointException">A file is missing or not what it must be.</exception>
    public static TokenizerJson Read(CheckpointFiles files, string? className, JsonElement configuration) =>
        files.Exists(VocabularyFileName) && files.Exists(MergesFile.FileName) ? ReadBpe(files, className, configuration) : ReadWordPiece(files);

    private static TokenizerJson ReadBpe(CheckpointFiles files, string? className, JsonElement configuration)
    {
        var vocabulary = new TokenizerVocabularyReader(VocabularyFileName);
        JsonParts.ReadFile(files, VocabularyFileName, vocabulary.ReadToken);
        var addsSpace = configuration.Flag("add_prefix_space") == true ? "true" : "false";
        ImmutableArray<TokenizerStep> split = className == "Qwen2Tokenizer"
            ?
            [
                TokenizerStep.Parse(
                    $$"""{"type":"Split","pattern":{"Regex":"{{JsonEncodedText.Encode(Qwen2Pattern)}}"},"behavior":"Isolated","invert":false}"""),
                TokenizerStep.Parse("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}"""),
            ]
            : [TokenizerStep.Parse($$"""{"type":"ByteLevel","add_prefix_space":{{addsSpace}},"use_regex":true}""")];
        return new TokenizerJson
        {
            ModelType = "BPE",
            Vocabulary = vocabulary.Vocabulary,
            Merges = MergesFile.Read(files),
            AddedTokens = [],
            Normalizers = className == "Qwen2Tokenizer" ? [TokenizerStep.Parse("""{"type":"NFC"}""")] : [],
            PreTokenizers = split,
            HasSinglePreTokenizer = split.Length == 1,
            PostProcessors = className == "RobertaTokenizer" ? RobertaProcessor(vocabulary.Vocabulary, configuration) : [],
            Decoders = [TokenizerStep.Parse("""{"type":"ByteLevel"}""")],
            DecoderType = "ByteLevel",
        };
    }

    private static TokenizerJson ReadWordPiece(CheckpointFiles files)
    {
        if (!files.Exists(WordsFileName))
        {
            throw new CheckpointException($"The checkpoint '{files.Name}' has no {TokenizerJsonReader.FileName}.");
        }

        var vocabulary = ReadWords(files);
        return new TokenizerJson
        {
            ModelType = "WordPiece",
            Vocabulary = vocabulary,
            Merges = MergeList.Empty,
            UnknownToken = "[UNK]",
            ContinuingSubwordPrefix = "##",
            AddedTokens = [],
            Normalizers = [TokenizerStep.Parse("""{"type":"BertNormalizer"}""")],
            PreTokenizers = [TokenizerStep.Parse("""{"type":"BertPreTokenizer"}""")],
            HasSinglePreTokenizer = true,
            PostProcessors = vocabulary.TryGetValue("[CLS]", out var cls) && vocabulary.TryGetValue("[SEP]", out var sep)
                ? [TokenizerStep.Parse($$"""{"type":"BertProcessing","cls":["[CLS]",{{cls}}],"sep":["[SEP]",{{sep}}]}""")]
                : [],
            Decoders = [TokenizerStep.Parse("""{"type":"WordPiece","prefix":"##","cleanup":true}""")],
            DecoderType = "WordPiece",
        };
    }

    private static Dictionary<string, int> ReadWords(CheckpointFiles files)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        using var reader = new StreamReader(new MemoryStream(files.ReadAllBytes(WordsFileName)), new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            for (var id = 0; reader.ReadLine() is { } token; id++)
            {
                vocabulary[token] = id < TokenizerJsonReader.MaximumTokens
                    ? id
                    : throw new CheckpointException($"{WordsFileName} has more than {TokenizerJsonReader.MaximumTokens} tokens.");
            }
        }
        catch (DecoderFallbackException exception)
        {
            throw new CheckpointException($"'{WordsFileName}' of the checkpoint '{files.Name}' is not UTF-8.", exception);
        }

        return vocabulary;
    }

    private static ImmutableArray<TokenizerStep> RobertaProcessor(Dictionary<string, int> vocabulary, JsonElement configuration)
    {
        return vocabulary.TryGetValue(Name("cls_token", "<s>"), out var cls) && vocabulary.TryGetValue(Name("sep_token", "</s>"), out var sep)
            ? [TokenizerStep.Parse($$"""{"type":"RobertaProcessing","cls":["",{{cls}}],"sep":["",{{sep}}]}""")]
            : [];

        string Name(string key, string otherwise) => configuration.Text(key) ?? configuration.Property(key)?.Text("content") ?? otherwise;
    }
}
