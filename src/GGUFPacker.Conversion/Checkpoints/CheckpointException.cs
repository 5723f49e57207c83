namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>A checkpoint is not what it must be, or holds something that cannot be converted. The message names the file and says what to do.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Creates the exception with its message.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its message and cause.</summary>
    public CheckpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
