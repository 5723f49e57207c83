namespace GGUFPacker.Gguf.Format;

/// <summary>A GGUF file or model is not what it must be. The message says what was being done and names the file, key or tensor.</summary>
public sealed class GgufException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    public GgufException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and cause.</summary>
    public GgufException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
