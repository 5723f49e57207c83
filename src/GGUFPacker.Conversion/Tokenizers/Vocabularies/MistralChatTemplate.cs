namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>Where the chat template of a tokenizer in Mistral's own format comes from.</summary>
internal enum MistralChatTemplate
{
    /// <summary>llama.cpp's template for the tokenizer's version, whatever the checkpoint has.</summary>
    Community,

    /// <summary>chat_template.jinja, else llama.cpp's for the tokenizer's version.</summary>
    LocalOrCommunity,

    /// <summary>chat_template.jinja, or none.</summary>
    Local,
}
