using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>A piece of a SentencePiece model (ModelProto.SentencePiece).</summary>
/// <param name="Text">Its text.</param>
/// <param name="Score">Its score.</param>
/// <param name="Type">Its type.</param>
internal readonly record struct SentencePiece(GgufString Text, float Score, SentencePieceType Type);
