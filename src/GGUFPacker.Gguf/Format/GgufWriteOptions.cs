namespace GGUFPacker.Gguf.Format;

/// <summary>How a model is written.</summary>
public sealed record GgufWriteOptions
{
    /// <summary>Threads that read (convert, quantize) rows; 0 for one per core. The bytes do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Whether numbers are written big-endian: the header, and plain number types but BF16, as llama.cpp does.</summary>
    public bool BigEndian { get; init; }

    /// <summary>False for a file without tensors that ends with its last key, as llama.cpp's converter leaves a vocabulary.</summary>
    public bool PadHeader { get; init; } = true;
}
