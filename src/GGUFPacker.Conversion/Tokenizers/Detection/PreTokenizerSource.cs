namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>How a pre-tokenizer's name was found.</summary>
internal enum PreTokenizerSource
{
    /// <summary>The user named it.</summary>
    Request,

    /// <summary>By what the tokenizer does to the test text: it is one that llama.cpp knows.</summary>
    Hash,

    /// <summary>By how tokenizer.json says that text is split.</summary>
    Structure,
}
