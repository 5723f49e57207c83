using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>Which tensors of a model go into which file, when it is written as several: runs of tensors in order. Immutable.</summary>
public sealed class GgufSplitPlan
{
    /// <summary>The key with a part's number, from 0 (16-bit).</summary>
    public const string NumberKey = "split.no";

    /// <summary>The key with the number of parts (16-bit).</summary>
    public const string CountKey = "split.count";

    /// <summary>The key with the number of tensors of all parts (32-bit, signed).</summary>
    public const string TensorsKey = "split.tensors.count";

    private readonly ImmutableArray<int> _ends;

    private GgufSplitPlan(ImmutableArray<int> ends) => _ends = ends;

    /// <summary>The number of files; with 1 the model is not split.</summary>
    public int Count => _ends.Length;

    /// <summary>Plans by limits, as llama.cpp's converter does: a file ends before the tensor that would exceed one of them.</summary>
    /// <param name="tensors">The tensors, in file order.</param>
    /// <param name="maxTensors">The most tensors of one file; 0 for any number.</param>
    /// <param name="maxBytes">The most bytes of tensor data in one file, without padding; 0 for any number. A larger tensor has a file of its own.</param>
    /// <param name="firstWithoutTensors">Whether the first file holds the key-values only; there are at least two files then.</param>
    public static GgufSplitPlan Create(ImmutableArray<TensorInfo> tensors, int maxTensors = 0, long maxBytes = 0, bool firstWithoutTensors = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxTensors);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var ends = ImmutableArray.CreateBuilder<int>();
        if (firstWithoutTensors)
        {
            ends.Add(0);
        }

        var count = 0;
        var bytes = 0L;
        for (var i = 0; i < tensors.Length; i++)
        {
            if (count > 0 && ((maxTensors > 0 && count >= maxTensors) || (maxBytes > 0 && bytes + tensors[i].ByteLength > maxBytes)))
            {
                ends.Add(i);
                count = 0;
                bytes = 0;
            }

            count++;
            bytes += tensors[i].ByteLength;
        }

        ends.Add(tensors.Length);
        return new GgufSplitPlan(ends.ToImmutable());
    }

    /// <summary>Plans by the number of tensors in each file, such as those of a split model that is quantized part by part.</summary>
    public static GgufSplitPlan OfCounts(IEnumerable<int> counts)
    {
        var end = 0;
        return new GgufSplitPlan([.. counts.Select(count => end += count)]);
    }

    /// <summary>A part as a model: its run of tensors, and the key-values that llama.cpp gives it (all of them in the first part only).</summary>
    /// <param name="model">The whole model; it is not disposed with the part.</param>
    /// <param name="index">The part, from 0.</param>
    public IGgufModel Part(IGgufModel model, int index)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Tensors.Length != _ends[^1])
        {
            throw new ArgumentException($"The plan is for {_ends[^1]} tensors, the model has {model.Tensors.Length}.", nameof(model));
        }

        var metadata = index == 0 ? model.Metadata.ToBuilder() : new GgufMetadata.Builder();
        if (Count > 1)
        {
            metadata.Set(NumberKey, GgufValue.Of(checked((ushort)index)))
                .Set(CountKey, GgufValue.Of(checked((ushort)Count)))
                .Set(TensorsKey, GgufValue.Of(model.Tensors.Length));
        }

        return new GgufModelPart(model, metadata.Build(), index == 0 ? 0 : _ends[index - 1], _ends[index]);
    }

    /// <summary>A part's path.</summary>
    /// <param name="prefix">The path without the numbers and <c>.gguf</c>.</param>
    /// <param name="index">The part, from 0.</param>
    public string PathOf(string prefix, int index) => Count == 1 ? prefix + ".gguf" : new GgufSplitName(prefix, index + 1, Count).ToString();
}
