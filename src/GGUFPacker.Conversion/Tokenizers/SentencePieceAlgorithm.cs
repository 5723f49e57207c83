namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>How a SentencePiece model was trained, by SentencePiece's numbers (TrainerSpec.ModelType).</summary>
internal enum SentencePieceAlgorithm
{
    /// <summary>A unigram language model.</summary>
    Unigram = 1,

    /// <summary>Byte pair encoding.</summary>
    Bpe = 2,

    /// <summary>Words.</summary>
    Word = 3,

    /// <summary>Characters.</summary>
    Char = 4,
}
