namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>
/// A command line of llama-quantize (llama.cpp v0.5.0): options, then <c>INPUT [OUTPUT] TYPE [THREADS]</c>.
/// What follows the threads is ignored. Beyond llama-quantize, options may stand between the others, and there are <c>--threads N</c> and <c>--json</c>.
/// </summary>
public sealed record QuantizeCommandLine
{
    /// <summary>What the paths are relative to.</summary>
    public required string Directory { get; init; }

    /// <summary>The model to quantize, as it was typed.</summary>
    public required string InputPath { get; init; }

    /// <summary>The file to write; for a split output without the numbers and <c>.gguf</c>. By default <c>ggml-model-TYPE.gguf</c> beside the input.</summary>
    public required string OutputPath { get; init; }

    /// <summary>How to quantize.</summary>
    public required QuantizeOptions Options { get; init; }

    /// <summary>Threads; 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>Whether only to plan (<c>--dry-run</c>).</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Whether the result is wanted as JSON (<c>--json</c>).</summary>
    public bool PrintsJson { get; init; }

    /// <summary>Reads a command line. A file of tensor types is read at once.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="directory">What paths are relative to.</param>
    /// <exception cref="FormatException">An argument is not as it must be.</exception>
    /// <exception cref="IOException">The file of tensor types cannot be read.</exception>
    public static QuantizeCommandLine Parse(IReadOnlyList<string> arguments, string directory)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return new QuantizeCommandLineParser(arguments, directory).Parse();
    }
}
