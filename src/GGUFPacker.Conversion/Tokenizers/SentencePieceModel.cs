using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The parts of a SentencePiece model file (protobuf message sentencepiece.ModelProto) that a conversion needs.</summary>
/// <param name="Pieces">The pieces by id.</param>
/// <param name="Algorithm">How it was trained (trainer_spec.model_type).</param>
internal sealed record SentencePieceModel(ImmutableArray<SentencePiece> Pieces, SentencePieceAlgorithm Algorithm)
{
    /// <summary>The usual name of the file.</summary>
    public const string FileName = "tokenizer.model";

    /// <summary>Reads a model file.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="CheckpointException">It is no such message, or has too many pieces.</exception>
    public static SentencePieceModel Read(string name, ReadOnlyMemory<byte> bytes)
    {
        var pieces = ImmutableArray.CreateBuilder<SentencePiece>();
        var algorithm = SentencePieceAlgorithm.Unigram;
        var reader = new ProtobufReader(name, bytes);
        while (reader.TryReadField(out var field))
        {
            switch (field.Number)
            {
                case 1 when field.Wire == ProtobufWire.Bytes:
                    pieces.Add(ReadPiece(name, field.Bytes));
                    break;
                case 2 when field.Wire == ProtobufWire.Bytes:
                    algorithm = ReadAlgorithm(name, field.Bytes);
                    break;
            }

            if (pieces.Count > TokenizerJsonReader.MaximumTokens)
            {
                throw new CheckpointException($"'{name}' has more than {TokenizerJsonReader.MaximumTokens} pieces.");
            }
        }

        return pieces.Count > 0
            ? new SentencePieceModel(pieces.ToImmutable(), algorithm)
            : throw new CheckpointException($"'{name}' is no SentencePiece model: it has no pieces.");
    }

    private static SentencePiece ReadPiece(string name, ReadOnlyMemory<byte> bytes)
    {
        var text = ReadOnlyMemory<byte>.Empty;
        var score = 0f;
        var type = SentencePieceType.Normal;
        var reader = new ProtobufReader(name, bytes);
        while (reader.TryReadField(out var field))
        {
            switch (field.Number)
            {
                case 1 when field.Wire == ProtobufWire.Bytes:
                    text = field.Bytes;
                    break;
                case 2 when field.Wire == ProtobufWire.Fixed32:
                    score = BitConverter.UInt32BitsToSingle((uint)field.Value);
                    break;
                case 3 when field.Wire == ProtobufWire.Varint && field.Value is >= 1 and <= 6:
                    type = (SentencePieceType)field.Value;
                    break;
            }
        }

        return System.Text.Unicode.Utf8.IsValid(text.Span)
            ? new SentencePiece(new GgufString(text), score, type)
            : throw new CheckpointException($"'{name}' has a piece that is not UTF-8: {Convert.ToHexString(text.Span)}.");
    }

    private static SentencePieceAlgorithm ReadAlgorithm(string name, ReadOnlyMemory<byte> bytes)
    {
        var algorithm = SentencePieceAlgorithm.Unigram;
        var reader = new ProtobufReader(name, bytes);
        while (reader.TryReadField(out var field))
        {
            if (field is { Number: 3, Wire: ProtobufWire.Varint, Value: >= 1 and <= 4 })
            {
                algorithm = (SentencePieceAlgorithm)field.Value;
            }
        }

        return algorithm;
    }
}
