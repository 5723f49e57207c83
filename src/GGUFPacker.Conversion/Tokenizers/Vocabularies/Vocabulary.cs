using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Tokenizers.Vocabularies;

/// <summary>A kind of vocabulary that an architecture looks for in a checkpoint, and how it becomes keys of a GGUF file.</summary>
internal abstract record Vocabulary
{
    /// <summary>What comes before the vocabulary's own keys.</summary>
    public ImmutableArray<TokenizerRule> First { get; init; } = [];

    /// <summary>Changes of the special tokens before they are written.</summary>
    public ImmutableArray<SpecialTokenRule> Special { get; init; } = [];

    /// <summary>What comes after the vocabulary's own keys.</summary>
    public ImmutableArray<TokenizerRule> Last { get; init; } = [];

    /// <summary>The types of special tokens that the files are searched for.</summary>
    public ImmutableArray<string> SpecialTypes { get; init; } = SpecialVocabularyReader.DefaultTypes;

    /// <summary>What must hold beside the file being there; null if nothing.</summary>
    public Func<TokenizerSources, bool>? When { get; init; }

    /// <summary>The file that it is in, for messages.</summary>
    public abstract string FileName { get; }

    /// <summary>Whether the checkpoint has a vocabulary of this kind.</summary>
    /// <exception cref="Checkpoints.CheckpointException">A file is not what it must be.</exception>
    public abstract bool IsIn(TokenizerSources sources);

    /// <summary>Writes the keys, in the order of llama.cpp's converter.</summary>
    /// <exception cref="Checkpoints.CheckpointException">A file is not what it must be.</exception>
    public abstract void Write(TokenizerDraft draft);
}
