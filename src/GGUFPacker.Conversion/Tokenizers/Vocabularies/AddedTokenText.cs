namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>What becomes of the text of an added token.</summary>
internal enum AddedTokenText
{
    /// <summary>What the token decodes to; U+2581 becomes a space where it is no control token.</summary>
    DecodedWithSpaces,

    /// <summary>What the token decodes to.</summary>
    Decoded,

    /// <summary>The text as it is; only tokens that are marked as special are control tokens.</summary>
    AsWritten,
}
