using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A tokenizer in the form that a GGUF file holds.</summary>
internal sealed class GgufTokenizer
{
    /// <summary>The kind of tokenizer (tokenizer.ggml.model): llama for SentencePiece, gpt2 for byte-level BPE.</summary>
    public required string Model { get; init; }

    /// <summary>How text is split before the BPE (tokenizer.ggml.pre).</summary>
    public required string PreTokenizer { get; init; }

    /// <summary>The tokens.</summary>
    public required TokenList Tokens { get; init; }

    /// <summary>Merges, special tokens and chat templates.</summary>
    public required SpecialVocabulary Special { get; init; }

    /// <summary>A second pass over special tokens with fixed ids; null where there are none.</summary>
    public SpecialVocabulary? FixedSpecial { get; init; }

    /// <summary>add_space_prefix, written first; null where it is not written.</summary>
    public bool? AddSpacePrefix { get; init; }

    /// <summary>add_bos_token, written last; null where the files' own counts.</summary>
    public bool? AddBosToken { get; init; }

    /// <summary>What is worth telling the user, such as how the pre-tokenizer was found.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Sets the tokenizer.* keys, in the order of llama.cpp's converter.</summary>
    public void WriteTo(GgufMetadata.Builder builder)
    {
        if (AddSpacePrefix is { } addSpacePrefix)
        {
            builder.Set("tokenizer.ggml.add_space_prefix", GgufValue.Of(addSpacePrefix));
        }

        builder.Set("tokenizer.ggml.model", GgufValue.Of(Model));
        builder.Set("tokenizer.ggml.pre", GgufValue.Of(PreTokenizer));
        Tokens.WriteTo(builder);
        Special.WriteTo(builder);
        FixedSpecial?.WriteTo(builder);
        if (AddBosToken is { } addBosToken)
        {
            builder.Set("tokenizer.ggml.add_bos_token", GgufValue.Of(addBosToken));
        }
    }
}
