using System.Collections.Immutable;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>How a model is quantized.</summary>
public sealed record QuantizeOptions : TensorTypeOptions
{
    /// <summary>The importance matrix, or null (<c>--imatrix</c>).</summary>
    public ImatrixOptions? Imatrix { get; init; }

    /// <summary>Allows source tensors that are quantized already (<c>--allow-requantize</c>). Their errors add up.</summary>
    public bool AllowRequantize { get; init; }

    /// <summary>Keys that are given another value (<c>--override-kv</c>), in order.</summary>
    public ImmutableArray<MetadataOverride> MetadataOverrides { get; init; } = [];

    /// <summary>Layers that are left out; the others are renumbered (<c>--prune-layers</c>).</summary>
    public ImmutableArray<int> PrunedLayers { get; init; } = [];

    /// <summary>Keeps the tensors in the files and the order of a split source (<c>--keep-split</c>).</summary>
    public bool KeepSplit { get; init; }
}
