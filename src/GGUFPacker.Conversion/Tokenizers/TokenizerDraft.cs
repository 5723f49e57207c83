using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Detection;
using GGUFPacker.Conversion.Tokenizers.Pipeline;
using GGUFPacker.Conversion.Tokenizers.Vocabularies;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The keys of a tokenizer while they are collected.</summary>
internal sealed class TokenizerDraft(TokenizerSources sources, TokenizerRequest request)
{
    /// <summary>Stands for the architecture's name in a key.</summary>
    public const string Architecture = "{arch}";

    /// <summary>Where the vocabulary comes from.</summary>
    public TokenizerSources Sources { get; } = sources;

    /// <summary>What the architecture asks for.</summary>
    public TokenizerRequest Request { get; } = request;

    /// <summary>The keys so far. A key that is set again keeps its place.</summary>
    public GgufMetadata.Builder Keys { get; } = new();

    /// <summary>The tokens, once they are written.</summary>
    public TokenList Tokens { get; private set; } = new(0, score: null);

    /// <summary>Writes the kind of tokenizer, and how text is split before it where that has a name.</summary>
    public void WriteModel(string model, string? preTokenizer)
    {
        Keys.Set("tokenizer.ggml.model", GgufValue.Of(model));
        if (preTokenizer is not null)
        {
            Keys.Set("tokenizer.ggml.pre", GgufValue.Of(preTokenizer));
        }
    }

    /// <summary>Writes the tokens, their scores and types. The list must not change afterwards.</summary>
    public void WriteTokens(TokenList tokens, bool integerScores = false)
    {
        Tokens = tokens;
        tokens.WriteTo(Keys, integerScores);
    }

    /// <summary>Writes merges, special tokens and chat templates.</summary>
    /// <param name="vocabulary">The vocabulary, whose rules are applied.</param>
    /// <param name="withMerges">Whether it has merges.</param>
    /// <param name="checkIds">Whether ids of special tokens must be below the number of tokens.</param>
    /// <exception cref="CheckpointException">A file is not what it must be.</exception>
    public void WriteSpecial(Vocabulary vocabulary, bool withMerges, bool checkIds)
    {
        var special = new SpecialVocabularyReader(Sources, checkIds ? Tokens.Count : null) { Types = vocabulary.SpecialTypes }.Read(withMerges);
        WriteSpecial(vocabulary, special);
    }

    /// <summary>Applies a vocabulary's rules to the special tokens and writes them.</summary>
    public void WriteSpecial(Vocabulary vocabulary, SpecialVocabulary special) =>
        vocabulary.Special.Aggregate(special, (current, rule) => rule(current, Sources)).WriteTo(Keys);

    /// <summary>The name of how text is split before the BPE: the one asked for, or the one that fits.</summary>
    /// <exception cref="CheckpointException">None fits, or several.</exception>
    public string FindPreTokenizer()
    {
        if (Request.PreTokenizer is not { } name)
        {
            var detection = Sources.PreTokenizer;
            if (detection.Note is { } note)
            {
                Sources.Note(note);
            }

            return detection.Name;
        }

        if (Sources.Tokenizer.Definition.ModelType == "BPE")
        {
            // Merges of tokens that are not there would show only when the converted model is used.
            _ = new BpeModel(Sources.Tokenizer.Definition);
        }

        if (!PreTokenizerCatalog.Instance.IsKnown(name))
        {
            Sources.Note($"The pre-tokenizer '{name}' is none of llama.cpp's that are known here.");
        }

        return name;
    }
}
