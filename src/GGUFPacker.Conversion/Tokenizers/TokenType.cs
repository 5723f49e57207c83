namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>What a token is, by the numbers of llama.cpp (tokenizer.ggml.token_type).</summary>
internal enum TokenType
{
    /// <summary>An ordinary token.</summary>
    Normal = 1,

    /// <summary>Stands for what the vocabulary cannot express.</summary>
    Unknown = 2,

    /// <summary>Steers the model and is not printed.</summary>
    Control = 3,

    /// <summary>Added beside the trained vocabulary; matched in the text as it stands.</summary>
    UserDefined = 4,

    /// <summary>An id without a token.</summary>
    Unused = 5,

    /// <summary>A single byte, written <c>&lt;0xNN&gt;</c>.</summary>
    Byte = 6,
}
