namespace GGUFPacker.Gguf.Format;

/// <summary>
/// What a GGUF header may ask for. A header comes from whoever made the file, so each of its counts is held against a limit before anything is
/// allocated for it;
/// the defaults leave room for every model published today.
/// </summary>
public sealed record GgufLimits
{
    /// <summary>The limits that are used when none are given.</summary>
    public static GgufLimits Default { get; } = new();

    /// <summary>Bytes of the whole header, from the magic to the last tensor's entry.</summary>
    public long MaxHeaderBytes { get; init; } = 512L << 20;

    /// <summary>Number of keys.</summary>
    public int MaxKeys { get; init; } = 65_536;

    /// <summary>Number of tensors in one file.</summary>
    public int MaxTensors { get; init; } = 1 << 20;

    /// <summary>Bytes of a key; the specification's limit.</summary>
    public int MaxKeyBytes { get; init; } = 65_535;

    /// <summary>Bytes of a string value.</summary>
    public int MaxStringBytes { get; init; } = 64 << 20;

    /// <summary>Elements of an array.</summary>
    public int MaxArrayLength { get; init; } = 64 << 20;

    /// <summary>How deep arrays may hold arrays; 1 is an array of scalars.</summary>
    public int MaxArrayDepth { get; init; } = 4;

    /// <summary>Dimensions of a tensor; ggml's limit.</summary>
    public int MaxDimensions { get; init; } = 4;

    /// <summary>Bytes of a tensor's name. llama.cpp takes 63, stable-diffusion.cpp 127.</summary>
    public int MaxTensorNameBytes { get; init; } = 127;

    /// <summary>Parts of a split model.</summary>
    public int MaxParts { get; init; } = 4096;
}
