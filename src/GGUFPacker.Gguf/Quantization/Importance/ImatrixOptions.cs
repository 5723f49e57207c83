using System.Collections.Immutable;

namespace GGUFPacker.Gguf.Quantization.Importance;

/// <summary>Which importance matrix to use, and for which tensors.</summary>
public sealed record ImatrixOptions
{
    /// <summary>The file, as llama-imatrix writes it: a GGUF file, or the older format, which mostly ends in <c>.dat</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What the output's <c>quantize.imatrix.file</c> says (its first 127 bytes); <see cref="Path"/> if null.</summary>
    public string? RecordedPath { get; init; }

    /// <summary>
    /// Parts of names of tensors; where there are any, the matrix is used for tensors with one of them in their name only (<c>--include-weights</c>).
    /// </summary>
    public ImmutableArray<string> IncludedWeights { get; init; } = [];

    /// <summary>Parts of names of tensors that the matrix is not used for (<c>--exclude-weights</c>).</summary>
    public ImmutableArray<string> ExcludedWeights { get; init; } = [];

    /// <summary>Whether the matrix is used for a tensor of this name.</summary>
    internal bool Selects(string name) =>
        !ExcludedWeights.Any(part => name.Contains(part, StringComparison.Ordinal))
        && (IncludedWeights.IsEmpty || IncludedWeights.Any(part => name.Contains(part, StringComparison.Ordinal)));
}
