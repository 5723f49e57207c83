using GGUFPacker.Conversion.Tokenizers.Vocabularies;

namespace GGUFPacker.Conversion.Tokenizers;

// Encoders and encoder-decoders.
internal sealed partial record TokenizerRequest
{
    /// <summary>BERT and DistilBERT: WordPiece.</summary>
    /// <param name="vocabularySize">config.json's vocab_size.</param>
    /// <param name="tokenTypes">config.json's type_vocab_size; 1 without it.</param>
    public static TokenizerRequest ForBert(int? vocabularySize, uint tokenTypes) =>
        Of(vocabularySize, new WordPieceVocabulary { First = [TokenizerRules.TokenTypes(tokenTypes)] });

    /// <summary>RoBERTa and CamemBERT: byte-level BPE if there is a tokenizer.json, else as BERT.</summary>
    public static TokenizerRequest ForRoberta(int? vocabularySize, uint tokenTypes) => Of(
        vocabularySize,
        new Gpt2Vocabulary { Last = [TokenizerRules.TokenTypes(tokenTypes)], When = sources => sources.Definition is not null },
        new WordPieceVocabulary { First = [TokenizerRules.TokenTypes(tokenTypes)] });

    /// <summary>XLM-RoBERTa: Unigram, from sentencepiece.bpe.model, else from tokenizer.json.</summary>
    /// <param name="vocabularySize">config.json's vocab_size; the vocabulary may be larger.</param>
    /// <param name="tokenTypes">config.json's type_vocab_size; 1 without it.</param>
    public static TokenizerRequest ForXlmRoberta(int? vocabularySize, uint tokenTypes) =>
        Of(vocabularySize, new XlmRobertaVocabulary { TokenTypes = tokenTypes });

    /// <summary>Nomic's BERT: XLM-RoBERTa's tokenizer if the checkpoint has it, else WordPiece.</summary>
    /// <param name="vocabularySize">config.json's vocab_size.</param>
    /// <param name="tokenTypes">config.json's type_vocab_size; 1 without it.</param>
    /// <param name="hasExperts">Whether it is the mixture of experts, whose SentencePiece model lacks the mask token.</param>
    public static TokenizerRequest ForNomicBert(int? vocabularySize, uint tokenTypes, bool hasExperts) => Of(
        vocabularySize,
        new XlmRobertaVocabulary { TokenTypes = tokenTypes, AddsMask = hasExperts, When = XlmRobertaVocabulary.IsUnigram },
        new WordPieceVocabulary { First = [TokenizerRules.TokenTypes(tokenTypes)] });

    /// <summary>Jina's BERT (embeddings v2): WordPiece or byte-level BPE, as tokenizer_config.json's class says.</summary>
    /// <param name="vocabularySize">config.json's vocab_size.</param>
    /// <param name="tokenTypes">config.json's type_vocab_size; 1 without it.</param>
    public static TokenizerRequest ForJinaBert(int? vocabularySize, uint tokenTypes) => Of(
        vocabularySize,
        new WordPieceVocabulary { First = [TokenizerRules.TokenTypes(tokenTypes)], When = sources => sources.TokenizerClass is "BertTokenizer" },
        new Gpt2Vocabulary
        {
            Model = "whitespace",
            PreTokenizer = "whitespace",
            Last = [TokenizerRules.TokenTypes(2)],
            When = sources => sources.TokenizerClass is "RobertaTokenizer"
                && sources.Definition is { HasSinglePreTokenizer: true, PreTokenizers: [{ Type: "Whitespace" }] },
        },
        new Gpt2Vocabulary { Last = [TokenizerRules.TokenTypes(2)], When = sources => sources.TokenizerClass is "RobertaTokenizer" });

    /// <summary>ModernBERT: byte-level BPE with BOS, EOS and SEP, where tokenizer.json does not say otherwise.</summary>
    public static TokenizerRequest ForModernBert(int? vocabularySize) => Of(
        vocabularySize,
        new Gpt2Vocabulary { First = [TokenizerRules.Add("bos", true), TokenizerRules.Add("eos", true), TokenizerRules.Add("sep", true)] });

    /// <summary>EuroBERT: byte-level BPE without a BOS, where tokenizer.json does not say otherwise.</summary>
    public static TokenizerRequest ForEuroBert(int? vocabularySize) =>
        Of(vocabularySize, new Gpt2Vocabulary { First = [TokenizerRules.Add("bos", false)] });

    /// <summary>T5 and its encoder: Unigram, from tokenizer.model or spiece.model; Pile-T5's is a BPE.</summary>
    public static TokenizerRequest ForT5(int? vocabularySize) => Of(vocabularySize, new UnigramVocabulary());
}
