using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion;

/// <summary>
/// A checkpoint that is converted while it is read: key-values and tensors are known when it is opened, the tensors' data is made row by row.
/// Holds the checkpoint's weight files open.
/// </summary>
public sealed class ConvertedModel : IGgufModel
{
    private readonly CheckpointWeights _weights;
    private readonly ImmutableArray<TensorEncoder> _encoders;
    private readonly Lazy<string> _defaultFileName;

    internal ConvertedModel(CheckpointWeights weights, GgufMetadata metadata, ImmutableArray<TensorEncoder> encoders, Func<string> defaultFileName)
    {
        _defaultFileName = new Lazy<string>(defaultFileName);
        _weights = weights;
        _encoders = encoders;
        Metadata = metadata;
        Tensors = [.. encoders.Select(encoder => encoder.Info)];
    }

    /// <inheritdoc/>
    public GgufMetadata Metadata { get; }

    /// <inheritdoc/>
    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>The number type of the weights: what was asked for, or what "auto" found.</summary>
    public required OutType OutType { get; init; }

    /// <summary>The type of the weights as file names tell it.</summary>
    internal string FileTypeLabel { get; init; } = "";

    /// <summary>The file's name by ggml's convention, such as <c>Qwen2.5-0.5B-Instruct-F16.gguf</c>.</summary>
    /// <exception cref="CheckpointException">A part of the name in the model card is no string.</exception>
    public string DefaultFileName => _defaultFileName.Value;

    /// <summary>What is worth telling the user, such as how the pre-tokenizer was found.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <inheritdoc/>
    public void ReadRows(int index, long firstRow, Span<byte> destination)
    {
        var encoder = _encoders[index];
        var rowBytes = encoder.Info.RowBytes;
        var isOutside = rowBytes == 0
            ? !destination.IsEmpty
            : destination.Length % rowBytes != 0 || firstRow < 0 || destination.Length / rowBytes > encoder.Info.Rows - firstRow;
        if (isOutside)
        {
            throw new ArgumentException(
                $"{destination.Length} bytes from row {firstRow} are no whole rows of the tensor '{encoder.Info.Name}'.", nameof(destination));
        }

        try
        {
            encoder.ReadRows(firstRow, destination);
        }
        catch (CheckpointException exception)
        {
            throw new GgufException($"Cannot convert the tensor '{encoder.Info.Name}'. {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Fills in the placeholders of a file name: <c>{ftype}</c> and <c>{outtype}</c> become the number type in small letters, <c>{FTYPE}</c> and
    /// <c>{OUTTYPE}</c> in capitals.
    /// </summary>
    /// <exception cref="CheckpointException">A placeholder is unknown.</exception>
    public string FillFileName(string template) => Conversion.Metadata.OutputFileName.Fill(template, FileTypeLabel);

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
