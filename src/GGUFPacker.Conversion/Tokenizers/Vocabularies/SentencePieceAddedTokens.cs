namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>How the files beside a SentencePiece model change its pieces.</summary>
internal enum SentencePieceAddedTokens
{
    /// <summary>tokenizer_config.json: what is or looks special is a control token, in others U+2581 becomes a space.</summary>
    Normalized,

    /// <summary>tokenizer_config.json, then tokenizer.json: what is marked as special is a control token, texts stay as they are.</summary>
    AsMarked,

    /// <summary>tokenizer_config.json alone gives pieces another meaning; special ones keep the score 0, and the unknown token its type.</summary>
    Redefined,
}
