using System.Collections.Immutable;
using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// What an architecture wants of its tokenizer. Each has its factory here, in groups: those that take what the checkpoint has, byte-level BPE,
/// SentencePiece, encoders, and tokenizers of their own.
/// </summary>
/// <remarks>A factory takes config.json's vocab_size, with the model type's default: null for a vocabulary as large as the tokenizer's.</remarks>
internal sealed partial record TokenizerRequest
{
    /// <summary>The kinds of vocabulary, in the order they are tried; the first one that the checkpoint has is taken.</summary>
    public required ImmutableArray<Vocabulary> Vocabularies { get; init; }

    /// <summary>The configuration's vocab_size: the vocabulary is padded to it and must fit. Null: as large as the tokenizer's.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>The name for tokenizer.ggml.pre of a BPE; null to find it.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>
    /// The rules of Llama and its relatives: tekken alone, SentencePiece, else Hugging Face's BPE with bytes, else byte-level BPE. A vocabulary of 32016
    /// is CodeLlama's, with infill tokens; one of 49152 is Granite's small code models', which want no BOS.
    /// </summary>
    public static TokenizerRequest ForLlama(int? vocabularySize)
    {
        ImmutableArray<TokenizerRule> last = vocabularySize switch
        {
            32016 => [TokenizerRules.Infill(withChatTemplate: true, [new("prefix", 32007), new("suffix", 32008), new("middle", 32009), new("eot", 32010)])],
            49152 => [TokenizerRules.Add("bos", false)],
            _ => [],
        };
        ImmutableArray<TokenizerRule> first = [TokenizerRules.ConfiguredSpacePrefix];
        return new()
        {
            Vocabularies =
            [
                new MistralVocabulary { ChatTemplate = MistralChatTemplate.Community, TekkenOnly = true, When = sources => sources.Definition is null },
                new UnconvertibleVocabulary
                {
                    Feature = "HybridDNATokenizer, whose tokens stand in code",
                    Advice = "Convert it with llama.cpp's script.",
                    When = sources => sources.TokenizerClass == "HybridDNATokenizer",
                },
                new SentencePieceVocabulary { First = first, Last = last },
                new LlamaHfVocabulary { First = first, Last = last },
                new Gpt2Vocabulary { First = first, Last = last },
            ],
            VocabularySize = vocabularySize,
        };
    }

    /// <summary>Mistral's own format (params.json): tekken.json, or else a SentencePiece model.</summary>
    /// <param name="communityChatTemplate">Whether llama.cpp's chat template is written where the checkpoint has none.</param>
    public static TokenizerRequest ForMistralFormat(bool communityChatTemplate = true) => new()
    {
        Vocabularies =
        [
            new MistralVocabulary { ChatTemplate = communityChatTemplate ? MistralChatTemplate.LocalOrCommunity : MistralChatTemplate.Local },
        ],
    };

    /// <summary>The rules of Qwen2, its relatives and Grok: SentencePiece, else byte-level BPE.</summary>
    public static TokenizerRequest ForQwen2(int? vocabularySize) => Of(vocabularySize, new SentencePieceVocabulary(), new Gpt2Vocabulary());

    /// <summary>The Qwen3 of Intern-S1: byte-level BPE whose added tokens keep their text, with Qwen's BOS.</summary>
    public static TokenizerRequest ForInternS1(int? vocabularySize) =>
        Of(vocabularySize, new Gpt2Vocabulary { AddedText = AddedTokenText.Decoded, Special = [SpecialTokenRules.Id("bos", 151643)] });

    /// <summary>The text part of Qwen3-Omni: as Qwen2, and what ends a turn is BOS and EOS.</summary>
    public static TokenizerRequest ForQwen3Omni(int? vocabularySize)
    {
        TokenizerRule endOfTurn = TokenizerRules.IdOfAdded("<|im_end|>", "bos", "eos");
        return Of(vocabularySize, new SentencePieceVocabulary { Last = [endOfTurn] }, new Gpt2Vocabulary { Last = [endOfTurn] });
    }

    /// <summary>The text part of Qwen3-ASR: as Qwen2, with the plain chat template, and what ends a turn is BOS and EOS.</summary>
    public static TokenizerRequest ForQwen3Asr(int? vocabularySize)
    {
        TokenizerRule template = TokenizerRules.ChatTemplate(
            "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}");
        TokenizerRule endOfTurn = TokenizerRules.IdOfAdded("<|im_end|>", "bos", "eos");
        return Of(vocabularySize, new SentencePieceVocabulary { Last = [template, endOfTurn] }, new Gpt2Vocabulary { Last = [template, endOfTurn] });
    }

    /// <summary>
    /// Phi-3 and Phi-4-mini: byte-level BPE if tokenizer_config.json says GPT2Tokenizer, else SentencePiece with tokenizer.json's added tokens.
    /// </summary>
    public static TokenizerRequest ForPhi3(int? vocabularySize) => Of(
        vocabularySize,
        new Gpt2Vocabulary { When = sources => sources.TokenizerClass == "GPT2Tokenizer" },
        new SentencePieceVocabulary { AddedTokens = SentencePieceAddedTokens.AsMarked });

    /// <summary>Gemma 3: SentencePiece without a space before the text, else byte-level BPE.</summary>
    public static TokenizerRequest ForGemma3(int? vocabularySize) =>
        Of(vocabularySize, new SentencePieceVocabulary { Last = [TokenizerRules.AddSpacePrefix(false)] }, new Gpt2Vocabulary());

    /// <summary>Mamba: its vocabulary is padded; byte-level BPE, else SentencePiece.</summary>
    /// <param name="vocabularySize">config.json's vocab_size.</param>
    /// <param name="multiple">pad_vocab_size_multiple of config.json.</param>
    public static TokenizerRequest ForMamba(int vocabularySize, int multiple = 8) =>
        Of(RoundUp(vocabularySize, multiple), new Gpt2Vocabulary(), new SentencePieceVocabulary(), new UnconvertibleVocabulary
        {
            Feature = "a Mamba checkpoint without tokenizer files",
            Advice = "Put tokenizer.json and tokenizer_config.json of EleutherAI/gpt-neox-20b, which it uses, beside config.json.",
        });

    /// <summary>Mamba 2, and Granite's hybrid models: the vocabulary is padded; SentencePiece, else byte-level BPE.</summary>
    /// <param name="vocabularySize">config.json's vocab_size.</param>
    /// <param name="multiple">pad_vocab_size_multiple of config.json; 8 for Granite's hybrid models, and 1 for those without state-space layers.</param>
    public static TokenizerRequest ForMamba2(int vocabularySize, int multiple = 16) =>
        ForMamba(vocabularySize, multiple) with
        {
            Vocabularies =
            [
                new SentencePieceVocabulary(),
                new UnconvertibleVocabulary
                {
                    When = sources => sources.Files.Exists("tokenizer.model.v3"),
                    Feature = "a tokenizer named tokenizer.model.v3",
                    Advice = "Rename it to tokenizer.model.",
                },
                new Gpt2Vocabulary(),
                new UnconvertibleVocabulary
                {
                    Feature = "a Mamba checkpoint without tokenizer files",
                    Advice = "Put tokenizer.json and tokenizer_config.json of EleutherAI/gpt-neox-20b, which it uses, beside config.json.",
                },
            ],
        };

    /// <summary>Jamba: SentencePiece, else Hugging Face's BPE with bytes, without a space before the text.</summary>
    public static TokenizerRequest ForJamba(int? vocabularySize) =>
        Of(vocabularySize, new SentencePieceVocabulary(), new LlamaHfVocabulary { Last = [TokenizerRules.AddSpacePrefix(false)] });

    /// <summary>Nemotron's variants of Llama (DeciLM): byte-level BPE for Llama 3's vocabulary, else Hugging Face's BPE with bytes.</summary>
    public static TokenizerRequest ForDeci(int? vocabularySize) =>
        (vocabularySize ?? 128256) == 128256 ? ForGpt2(vocabularySize) : Of(vocabularySize, new LlamaHfVocabulary());

    /// <summary>MPT: byte-level BPE, else SEA-LION's SentencePiece model with its fixed ids.</summary>
    public static TokenizerRequest ForMpt(int? vocabularySize) => Of(
        vocabularySize,
        new Gpt2Vocabulary(),
        new SentencePieceVocabulary
        {
            Last = [TokenizerRules.Add("bos", false), TokenizerRules.Id("pad", 3), TokenizerRules.Id("eos", 1), TokenizerRules.Id("unk", 0)],
        });

    /// <summary>OpenELM: SentencePiece, in practice Llama 2's, which it does not ship.</summary>
    public static TokenizerRequest ForOpenElm(int? vocabularySize) => Of(
        vocabularySize,
        new SentencePieceVocabulary(),
        new UnconvertibleVocabulary
        {
            Feature = "an OpenELM checkpoint without a tokenizer",
            Advice = "Put Llama 2's tokenizer.model, which it uses, beside config.json.",
        });

    /// <summary>A model without a tokenizer.</summary>
    public static TokenizerRequest ForNone() => Of(null, new NoVocabulary());

    private static TokenizerRequest Of(int? vocabularySize, params ImmutableArray<Vocabulary> vocabularies) =>
        new() { Vocabularies = vocabularies, VocabularySize = vocabularySize };

    private static int RoundUp(int size, int multiple) => multiple <= 1 ? size : checked((size + multiple - 1) / multiple * multiple);
}
