namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A kind of vocabulary that an architecture tries to find in a checkpoint.</summary>
internal enum VocabularyKind
{
    /// <summary>tokenizer.model, a SentencePiece model; taken when the file is there.</summary>
    SentencePiece,

    /// <summary>tokenizer.json with a BPE that falls back to bytes (Llama 2 in Hugging Face's own form); taken when it is one.</summary>
    LlamaHf,

    /// <summary>tokenizer.json with a byte-level BPE, as GPT-2 introduced it.</summary>
    Gpt2,
}
