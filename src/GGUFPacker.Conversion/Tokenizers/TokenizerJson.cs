using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A tokenizer.json as Hugging Face's tokenizers library reads it: what it says, not yet what it does.</summary>
internal sealed record TokenizerJson
{
    /// <summary>The model's type: BPE, WordPiece, WordLevel or Unigram.</summary>
    public required string ModelType { get; init; }

    /// <summary>The trained vocabulary: tokens and ids.</summary>
    public required Dictionary<string, int> Vocabulary { get; init; }

    /// <summary>The pieces of a Unigram with their scores, by id.</summary>
    public ImmutableArray<(string Piece, double Score)> Pieces { get; init; } = [];

    /// <summary>The number of trained tokens; a Unigram may have a piece twice.</summary>
    public int TrainedCount => Pieces.IsEmpty ? Vocabulary.Count : Pieces.Length;

    /// <summary>The id of a Unigram's piece for what the others cannot express.</summary>
    public int? UnknownId { get; init; }

    /// <summary>The most characters of a word that a WordPiece splits; longer ones are unknown.</summary>
    public int MaximumWordLength { get; init; } = 100;

    /// <summary>The merges of a BPE, best first.</summary>
    public required MergeList Merges { get; init; }

    /// <summary>The token for what the vocabulary cannot express.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Put before every part of a word but the first.</summary>
    public string? ContinuingSubwordPrefix { get; init; }

    /// <summary>Put after a word's last part.</summary>
    public string? EndOfWordSuffix { get; init; }

    /// <summary>Unknown parts that stand together become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Unknown characters become their bytes' tokens.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Words that are in the vocabulary are taken whole.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>The added tokens, in the file's order, with the ids it gives them (the library finds its own).</summary>
    public required ImmutableArray<(AddedToken Token, int Id)> AddedTokens { get; init; }

    /// <summary>The normalizer's steps.</summary>
    public required ImmutableArray<TokenizerStep> Normalizers { get; init; }

    /// <summary>The pre-tokenizer's steps.</summary>
    public required ImmutableArray<TokenizerStep> PreTokenizers { get; init; }

    /// <summary>Whether the pre-tokenizer is a single step and no sequence.</summary>
    public required bool HasSinglePreTokenizer { get; init; }

    /// <summary>The post-processor's steps.</summary>
    public required ImmutableArray<TokenizerStep> PostProcessors { get; init; }

    /// <summary>The decoder's steps.</summary>
    public required ImmutableArray<TokenizerStep> Decoders { get; init; }

    /// <summary>The decoder's own type, Sequence included; null without a decoder.</summary>
    public string? DecoderType { get; init; }

    /// <summary>Whether this is what llama.cpp calls Llama's tokenizer in Hugging Face's form: a BPE that falls back to bytes and decodes in steps.</summary>
    public bool IsLlamaHf => ModelType == "BPE" && ByteFallback && DecoderType == "Sequence";
}
