using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Tokenizers;

// Architectures with a SentencePiece model.
internal sealed partial record TokenizerRequest
{
    /// <summary>A plain SentencePiece model: Baichuan, BitNet, MiniCPM, Orion, PLaMo.</summary>
    public static TokenizerRequest ForSentencePiece(int? vocabularySize) => Of(vocabularySize, new SentencePieceVocabulary());

    /// <summary>Gemma 1: SentencePiece with CodeGemma's infill tokens, without a space before the text.</summary>
    public static TokenizerRequest ForGemma(int? vocabularySize) => Of(vocabularySize, new SentencePieceVocabulary
    {
        Last =
        [
            TokenizerRules.Infill(withChatTemplate: false, [new("prefix", 67), new("suffix", 69), new("middle", 68), new("fsep", 70), new("eot", 107)]),
            TokenizerRules.AddSpacePrefix(false),
        ],
    });

    /// <summary>Gemma 2: SentencePiece without a space before the text.</summary>
    public static TokenizerRequest ForGemma2(int? vocabularySize) =>
        Of(vocabularySize, new SentencePieceVocabulary { Last = [TokenizerRules.AddSpacePrefix(false)] });

    /// <summary>Gemma 4: a BPE over characters, with a kind of its own in llama.cpp. Not padded to vocab_size.</summary>
    public static TokenizerRequest ForGemma4() => Of(null, new Gemma4Vocabulary());

    /// <summary>ERNIE 4.5 and Pangu: SentencePiece; tokenizer_config.json may say whether text gets a space before it.</summary>
    public static TokenizerRequest ForErnie(int? vocabularySize) =>
        Of(vocabularySize, new SentencePieceVocabulary { Last = [TokenizerRules.ConfiguredSpacePrefixOrFalse] });

    /// <summary>InternLM 2: SentencePiece with all added tokens; in chats, what ends a turn is the EOS.</summary>
    public static TokenizerRequest ForInternLm2(int? vocabularySize) => Of(vocabularySize, new InternLm2Vocabulary());

    /// <summary>InternLM 3: SentencePiece; what ends a turn is the EOS.</summary>
    public static TokenizerRequest ForInternLm3(int? vocabularySize) => Of(vocabularySize, new SentencePieceVocabulary
    {
        BeforeSpecial = [TokenizerRules.ConfiguredSpacePrefixOrFalse],
        Special = [SpecialTokenRules.EosOfAdded("<|im_end|>")],
    });

    /// <summary>Nemotron and Minitron: SentencePiece with fixed ids.</summary>
    public static TokenizerRequest ForNemotron(int? vocabularySize) =>
        Of(vocabularySize, new SentencePieceVocabulary { Last = [TokenizerRules.Id("pad", 0), TokenizerRules.Id("unk", 1)] });

    /// <summary>Arctic: SentencePiece, some of whose pieces tokenizer_config.json gives another meaning.</summary>
    public static TokenizerRequest ForArctic(int? vocabularySize) =>
        Of(vocabularySize, new SentencePieceVocabulary { AddedTokens = SentencePieceAddedTokens.Redefined });

    /// <summary>XVERSE: tokenizer.json's BPE in SentencePiece's form, without scores.</summary>
    public static TokenizerRequest ForXverse(int? vocabularySize) => Of(vocabularySize, new XverseVocabulary());
}
