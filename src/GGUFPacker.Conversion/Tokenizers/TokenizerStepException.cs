namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>
/// A step of a tokenizer.json cannot be carried out here: its type or its pattern is unknown, or it takes too long. Conversion needs the steps only to
/// recognize a tokenizer, so this ends the attempt and not the conversion.
/// </summary>
internal sealed class TokenizerStepException(string message) : Exception(message);
