using System.Collections.Immutable;

namespace GGUFPacker.Tasks.Generation;

/// <summary>A <c>GGUFQuantizeType</c> item.</summary>
/// <param name="Type">The type in upper case; names the variant's file, stage and image.</param>
/// <param name="Flags">The flags of QUANTIZE that name no file; a null value is a flag without one.</param>
internal sealed record QuantizeVariant(string Type, ImmutableArray<KeyValuePair<string, string?>> Flags)
{
    /// <summary>The full path of the importance matrix; null without.</summary>
    public string? Imatrix { get; init; }

    /// <summary>The full path of a file of tensor types; null without.</summary>
    public string? TensorTypeFile { get; init; }

    /// <summary>Whether a flag is given.</summary>
    public bool Has(string flag) => Flags.Any(given => given.Key == flag);
}
