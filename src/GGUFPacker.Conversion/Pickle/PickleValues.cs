using System.Collections.Immutable;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Pickle;

/// <summary>A name of Python that a pickle mentions, such as <c>torch._utils._rebuild_tensor_v2</c>. It only stands for itself.</summary>
/// <param name="Name">Module and name.</param>
internal sealed record PickleGlobal(string Name);

/// <summary>A tuple.</summary>
/// <param name="Items">Its items.</param>
internal sealed record PickleTuple(ImmutableArray<object?> Items);

/// <summary>A list.</summary>
internal sealed class PickleList
{
    /// <summary>Its items.</summary>
    public List<object?> Items { get; } = [];
}

/// <summary>A dictionary, ordered or not.</summary>
internal sealed class PickleDictionary
{
    /// <summary>What was set, in order; a key may come twice.</summary>
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];
}

/// <summary>Numbers of a tensor, or of several.</summary>
/// <param name="Type">Their type; null for bytes whose type the tensor tells.</param>
/// <param name="Key">The name of the archive's entry below <c>data/</c>.</param>
/// <param name="Count">How many.</param>
internal sealed record PickleStorage(ElementType? Type, string Key, long Count);

/// <summary>A tensor: a view of a storage.</summary>
/// <param name="Storage">The numbers.</param>
/// <param name="Type">Their type.</param>
/// <param name="Offset">The first number's place.</param>
/// <param name="Shape">The dimensions.</param>
/// <param name="Strides">For each dimension the distance of neighbours, in numbers.</param>
internal sealed record PickleTensor(PickleStorage Storage, ElementType Type, long Offset, ImmutableArray<long> Shape, ImmutableArray<long> Strides);
