namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>A pre-tokenizer's name and how it was found.</summary>
/// <param name="Name">The value of tokenizer.ggml.pre.</param>
/// <param name="Source">How it was found.</param>
/// <param name="Note">What is worth telling the user about it; null if nothing is.</param>
internal sealed record PreTokenizerDetection(string Name, PreTokenizerSource Source, string? Note = null);
