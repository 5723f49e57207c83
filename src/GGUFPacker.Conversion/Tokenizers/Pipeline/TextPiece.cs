namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>A piece of a text on its way to token ids.</summary>
/// <param name="Text">The piece, as far as it is normalized.</param>
/// <param name="IsAtStart">Whether it begins where the whole text begins.</param>
/// <param name="TokenId">The id, if it is an added token: then nothing more is done to it.</param>
internal readonly record struct TextPiece(string Text, bool IsAtStart, int? TokenId = null);
