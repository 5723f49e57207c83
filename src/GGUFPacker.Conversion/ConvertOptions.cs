using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion;

/// <summary>How a checkpoint is converted.</summary>
public sealed record ConvertOptions
{
    /// <summary>What is converted.</summary>
    public ConversionKind Kind { get; init; } = ConversionKind.Model;

    /// <summary>
    /// The model that an adapter was trained on, or that a drafter drafts for; only its configuration and tokenizer are read. Null for other conversions.
    /// </summary>
    public CheckpointFiles? BaseModel { get; init; }

    /// <summary>Whether the checkpoint is in Mistral's own format (params.json, consolidated*.safetensors).</summary>
    public bool MistralFormat { get; init; }

    /// <summary>Whether a checkpoint in Mistral's own format without chat template gets that of llama.cpp's community.</summary>
    public bool CommunityChatTemplate { get; init; } = true;

    /// <summary>The number type of the weights.</summary>
    public OutType OutType { get; init; } = OutType.Auto;

    /// <summary>Whether only the hyperparameters and the vocabulary are converted, without tensors.</summary>
    public bool VocabularyOnly { get; init; }

    /// <summary>Whether the file is for big-endian machines.</summary>
    public bool BigEndian { get; init; }

    /// <summary>The model's name (general.name), which wins over all others; null to find it.</summary>
    public string? ModelName { get; init; }

    /// <summary>The path of a JSON file with keys of the group "general" that win over those found; null or a path without file for none.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>The name for tokenizer.ggml.pre; null to find it.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>
    /// The architecture to convert as, by one of the names of <see cref="ModelConverter.SupportedArchitectures"/>; null for config.json's own.
    /// </summary>
    public string? Architecture { get; init; }

    /// <summary>Whether each layer's query, key and value projections become one tensor.</summary>
    public bool FuseQkv { get; init; }

    /// <summary>Whether each layer's expert gates and ways up become one tensor.</summary>
    public bool FuseGateUpExperts { get; init; }

    /// <summary>Whether weights that are FP8 numbers in the checkpoint become Q8_0.</summary>
    public bool Fp8AsQ8 { get; init; }

    /// <summary>Whether sentence-transformers' dense layers behind an embedding model are converted too.</summary>
    public bool DenseModules { get; init; }

    /// <summary>Which of the layers that predict further tokens are converted, where a model has some.</summary>
    public TokenPrediction TokenPrediction { get; init; }

    /// <summary>The most tensors of one file; 0 for any number.</summary>
    public int SplitMaxTensors { get; init; }

    /// <summary>The most bytes of tensor data in one file; 0 for any number.</summary>
    public long SplitMaxBytes { get; init; }

    /// <summary>Whether the first file holds no tensors; there are at least two files then.</summary>
    public bool NoTensorFirstSplit { get; init; }
}
