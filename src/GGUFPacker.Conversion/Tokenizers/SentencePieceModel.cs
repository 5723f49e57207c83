using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tokenizers;

/// <summary>The parts of a SentencePiece model file (protobuf message sentencepiece.ModelProto) that a conversion needs.</summary>
/// <param name="Pieces">The pieces by id.</param>
internal sealed record SentencePieceModel(ImmutableArray<SentencePiece> Pieces)
{
    /// <summary>The usual name of the file.</summary>
    public const string FileName = "tokenizer.model";

    /// <summary>How it was trained (trainer_spec.model_type).</summary>
    public SentencePieceAlgorithm Algorithm { get; private init; } = SentencePieceAlgorithm.Unigram;

    /// <summary>Whether a space belongs behind a word and not before it (trainer_spec.treat_whitespace_as_suffix).</summary>
    public bool TreatsSpaceAsSuffix { get; private init; }

    /// <summary>The compiled map of characters (normalizer_spec.precompiled_charsmap); empty without one.</summary>
    public ReadOnlyMemory<byte> CharacterMap { get; private init; }

    /// <summary>Whether text gets a space before it (normalizer_spec.add_dummy_prefix).</summary>
    public bool AddsDummyPrefix { get; private init; } = true;

    /// <summary>Whether runs of spaces become one (normalizer_spec.remove_extra_whitespaces).</summary>
    public bool RemovesExtraSpaces { get; private init; } = true;

    /// <summary>Whether spaces become U+2581 (normalizer_spec.escape_whitespaces).</summary>
    public bool EscapesSpaces { get; private init; } = true;

    /// <summary>The id of the control piece that begins a text; null without one.</summary>
    public int? BosId => FindId(BosPiece, SentencePieceType.Control);

    /// <summary>The id of the control piece that ends a text; null without one.</summary>
    public int? EosId => FindId(EosPiece, SentencePieceType.Control);

    /// <summary>The id of the piece for what the others cannot express; null without one.</summary>
    public int? UnknownId => FindId(UnknownPiece, SentencePieceType.Unknown);

    /// <summary>The id of the control piece that pads; null without one.</summary>
    public int? PadId => FindId(PadPiece, SentencePieceType.Control);

    private GgufString UnknownPiece { get; init; } = "<unk>";

    private GgufString BosPiece { get; init; } = "<s>";

    private GgufString EosPiece { get; init; } = "</s>";

    private GgufString PadPiece { get; init; } = "<pad>";

    /// <summary>Reads a model file.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <exception cref="CheckpointException">It is no such message, or has too many pieces.</exception>
    public static SentencePieceModel Read(string name, ReadOnlyMemory<byte> bytes)
    {
        var pieces = ImmutableArray.CreateBuilder<SentencePiece>();
        var model = new SentencePieceModel([]);
        var reader = new ProtobufReader(name, bytes);
        while (reader.TryReadField(out var field))
        {
            switch (field.Number)
            {
                case 1 when field.Wire == ProtobufWire.Bytes:
                    pieces.Add(ReadPiece(name, field.Bytes));
                    break;
                case 2 when field.Wire == ProtobufWire.Bytes:
                    model = ReadTrainer(model, name, field.Bytes);
                    break;
                case 3 when field.Wire == ProtobufWire.Bytes:
                    model = ReadNormalizer(model, name, field.Bytes);
                    break;
            }

            if (pieces.Count > TokenizerJsonReader.MaximumTokens)
            {
                throw new CheckpointException($"'{name}' has more than {TokenizerJsonReader.MaximumTokens} pieces.");
            }
        }

        return pieces.Count > 0
            ? model with { Pieces = pieces.ToImmutable() }
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

    private static SentencePieceModel ReadTrainer(SentencePieceModel model, string name, ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(name, bytes);
        while (reader.TryReadField(out var field))
        {
            model = field switch
            {
                { Number: 3, Wire: ProtobufWire.Varint, Value: >= 1 and <= 4 } => model with { Algorithm = (SentencePieceAlgorithm)field.Value },
                { Number: 24, Wire: ProtobufWire.Varint } => model with { TreatsSpaceAsSuffix = field.Value != 0 },
                { Number: 45, Wire: ProtobufWire.Bytes } => model with { UnknownPiece = new GgufString(field.Bytes) },
                { Number: 46, Wire: ProtobufWire.Bytes } => model with { BosPiece = new GgufString(field.Bytes) },
                { Number: 47, Wire: ProtobufWire.Bytes } => model with { EosPiece = new GgufString(field.Bytes) },
                { Number: 48, Wire: ProtobufWire.Bytes } => model with { PadPiece = new GgufString(field.Bytes) },
                _ => model,
            };
        }

        return model;
    }

    private static SentencePieceModel ReadNormalizer(SentencePieceModel model, string name, ReadOnlyMemory<byte> bytes)
    {
        var reader = new ProtobufReader(name, bytes);
        while (reader.TryReadField(out var field))
        {
            model = field switch
            {
                { Number: 2, Wire: ProtobufWire.Bytes } => model with { CharacterMap = field.Bytes },
                { Number: 3, Wire: ProtobufWire.Varint } => model with { AddsDummyPrefix = field.Value != 0 },
                { Number: 4, Wire: ProtobufWire.Varint } => model with { RemovesExtraSpaces = field.Value != 0 },
                { Number: 5, Wire: ProtobufWire.Varint } => model with { EscapesSpaces = field.Value != 0 },
                _ => model,
            };
        }

        return model;
    }

    private int? FindId(GgufString text, SentencePieceType type)
    {
        for (var id = 0; id < Pieces.Length; id++)
        {
            if (Pieces[id].Type == type && Pieces[id].Text == text)
            {
                return id;
            }
        }

        return null;
    }
}
