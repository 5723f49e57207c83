using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>A kind of tensor, such as the query projection of a layer.</summary>
internal sealed class TensorKind
{
    /// <summary>Stands for the layer's number in names.</summary>
    public const string BlockPlaceholder = "{bid}";

    /// <summary>Creates the kind.</summary>
    /// <param name="name">Its GGUF name without suffix, such as <c>blk.{bid}.attn_q</c>.</param>
    /// <param name="checkpointNames">The names that checkpoints have for it, without suffix, separated by white space.</param>
    public TensorKind(string name, string checkpointNames)
    {
        Name = name;
        CheckpointNames = [.. checkpointNames.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>Its GGUF name without suffix.</summary>
    public string Name { get; }

    /// <summary>The names that checkpoints have for it, without suffix.</summary>
    public ImmutableArray<string> CheckpointNames { get; }

    /// <summary>Whether its tensors are float32 whatever is asked for, because llama.cpp computes with them as such.</summary>
    public bool IsAlwaysFloat32 { get; init; }

    /// <summary>Whether its tensors are too important for the ternary types and become float16 instead.</summary>
    public bool IsNeverTernary { get; init; }

    /// <summary>The GGUF name of one tensor of the kind.</summary>
    /// <param name="block">The layer, or null for a kind that is not of a layer.</param>
    /// <param name="suffix">The end of the name.</param>
    public string NameOf(long? block, string suffix = ".weight") => Name.Replace(BlockPlaceholder, $"{block}", StringComparison.Ordinal) + suffix;

    /// <summary>
    /// Whether a GGUF name is that of the kind's tensor of this layer. A kind of layers never matches without a layer, nor the other way round.
    /// </summary>
    public bool Matches(string name, long? block, string suffix = ".weight") =>
        Name.Contains(BlockPlaceholder, StringComparison.Ordinal) == block.HasValue && name == NameOf(block, suffix);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
