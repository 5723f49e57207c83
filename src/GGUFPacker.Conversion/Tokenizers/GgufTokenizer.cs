using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A tokenizer in the form that a GGUF file holds.</summary>
/// <param name="Keys">Its keys, in the order of llama.cpp's converter; <see cref="TokenizerDraft.Architecture"/> stands for the architecture's name.</param>
/// <param name="Tokens">Its tokens; none where it has no vocabulary.</param>
/// <param name="Notes">What is worth telling the user, such as how the pre-tokenizer was found.</param>
internal sealed record GgufTokenizer(GgufMetadata Keys, TokenList Tokens, ImmutableArray<string> Notes)
{
    /// <summary>Sets the keys.</summary>
    /// <param name="builder">Takes the keys.</param>
    /// <param name="architecture">The architecture's name in llama.cpp.</param>
    public void WriteTo(GgufMetadata.Builder builder, string architecture)
    {
        foreach (var (key, value) in Keys)
        {
            builder.Set(key.Replace(TokenizerDraft.Architecture, architecture, StringComparison.Ordinal), value);
        }
    }
}
