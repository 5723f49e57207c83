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

    /// <summary>What is not supported yet (an architecture, a quantization method, an option), or null if the checkpoint itself is at fault.</summary>
    public string? UnsupportedFeature { get; private init; }

    /// <summary>An exception for something that llama.cpp converts and this version does not.</summary>
    /// <param name="feature">The feature in a few words, such as <c>the architecture GemmaForCausalLM</c>.</param>
    /// <param name="advice">What to do instead, as a sentence.</param>
    internal static CheckpointException NotSupported(string feature, string advice) =>
        new($"Cannot convert: {feature} is not supported yet. {advice}") { UnsupportedFeature = feature };

    /// <summary>The same with another message.</summary>
    internal CheckpointException WithMessage(string message) => new(message, this) { UnsupportedFeature = UnsupportedFeature };
}
