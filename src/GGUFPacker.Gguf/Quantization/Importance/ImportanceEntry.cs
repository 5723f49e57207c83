using System.Collections.Immutable;

namespace GGUFPacker.Gguf.Quantization.Importance;

/// <summary>
/// What an importance matrix holds for one tensor: a weight for each element of a row; for a tensor of experts one run of weights for each.
/// <see cref="ImportanceMatrix.Read"/> reads them.
/// </summary>
public sealed class ImportanceEntry
{
    internal ImportanceEntry(string name, long offset, long count, ImmutableArray<float> divisors) =>
        (Name, Offset, Count, Divisors) = (name, offset, count, divisors);

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The number of weights, of all experts.</summary>
    public long Count { get; }

    /// <summary>Where the sums that the weights are made of begin in the file.</summary>
    internal long Offset { get; }

    /// <summary>What the sums of each expert are divided by; 0 where every weight is 1. Sums behind the last whole expert give 0.</summary>
    internal ImmutableArray<float> Divisors { get; }
}
