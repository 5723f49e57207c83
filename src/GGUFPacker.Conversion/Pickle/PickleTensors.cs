using System.Collections.Frozen;
using System.Collections.Immutable;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Pickle;

/// <summary>What the names in a PyTorch checkpoint mean: how tensors are described, and nothing that acts.</summary>
internal static class PickleTensors
{
    /// <summary>More dimensions than any tensor of a model has.</summary>
    private const int MaximumDimensions = 16;

    private const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    private const string RebuildTensorOfType = "torch._utils._rebuild_tensor_v3";
    private const string RebuildParameter = "torch._utils._rebuild_parameter";
    private const string RebuildParameterWithState = "torch._utils._rebuild_parameter_with_state";
    private const string RebuildFromType = "torch._tensor._rebuild_from_type_v2";
    private const string OrderedDictionary = "collections.OrderedDict";
    private const string Size = "torch.Size";

    private static readonly FrozenDictionary<string, ElementType?> StorageTypes = new Dictionary<string, ElementType?>(StringComparer.Ordinal)
    {
        ["torch.DoubleStorage"] = ElementType.F64,
        ["torch.FloatStorage"] = ElementType.F32,
        ["torch.HalfStorage"] = ElementType.F16,
        ["torch.BFloat16Storage"] = ElementType.BF16,
        ["torch.LongStorage"] = ElementType.I64,
        ["torch.IntStorage"] = ElementType.I32,
        ["torch.ShortStorage"] = ElementType.I16,
        ["torch.CharStorage"] = ElementType.I8,
        ["torch.ByteStorage"] = ElementType.U8,
        ["torch.BoolStorage"] = ElementType.BOOL,
        ["torch.ComplexFloatStorage"] = ElementType.C64,
        ["torch.storage.UntypedStorage"] = null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ElementType> NumberTypes = new Dictionary<string, ElementType>(StringComparer.Ordinal)
    {
        ["torch.float64"] = ElementType.F64,
        ["torch.float32"] = ElementType.F32,
        ["torch.float16"] = ElementType.F16,
        ["torch.bfloat16"] = ElementType.BF16,
        ["torch.int64"] = ElementType.I64,
        ["torch.int32"] = ElementType.I32,
        ["torch.int16"] = ElementType.I16,
        ["torch.int8"] = ElementType.I8,
        ["torch.uint8"] = ElementType.U8,
        ["torch.uint16"] = ElementType.U16,
        ["torch.uint32"] = ElementType.U32,
        ["torch.uint64"] = ElementType.U64,
        ["torch.bool"] = ElementType.BOOL,
        ["torch.float8_e4m3fn"] = ElementType.F8_E4M3,
        ["torch.float8_e5m2"] = ElementType.F8_E5M2,
        ["torch.float8_e8m0fnu"] = ElementType.F8_E8M0,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> OtherNames = new[]
    {
        RebuildTensor, RebuildTensorOfType, RebuildParameter, RebuildParameterWithState, RebuildFromType, OrderedDictionary, Size,
        "torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter", "torch.device", "torch.serialization._get_layout",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A name that the pickle mentions.</summary>
    /// <exception cref="PickleException">It is none that describes tensors.</exception>
    public static PickleGlobal Resolve(string name) =>
        StorageTypes.ContainsKey(name) || NumberTypes.ContainsKey(name) || OtherNames.Contains(name)
            ? new PickleGlobal(name)
            : throw new PickleException($"it uses '{name}', which is not needed to describe tensors and is refused, since a pickle may run any code");

    /// <summary>A storage, which the pickle only names: ('storage', its type, its key, a device, its count).</summary>
    public static PickleStorage LoadPersistent(object? id)
    {
        if (id is PickleTuple { Items: ["storage", PickleGlobal type, string key, _, long and >= 0 and var count] }
            && StorageTypes.TryGetValue(type.Name, out var number))
        {
            return new PickleStorage(number, key, count);
        }

        throw new PickleException("it names a storage in a form that is unknown");
    }

    /// <summary>Calls a name.</summary>
    public static object? Call(PickleGlobal global, PickleTuple arguments)
    {
        switch (global.Name, arguments.Items)
        {
            case (RebuildTensor, [PickleStorage { Type: { } type } storage, long offset, PickleTuple shape, PickleTuple strides, ..]):
                return Tensor(storage, type, offset, shape, strides);
            case (RebuildTensorOfType, [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, _, _, PickleGlobal type, ..])
                when NumberTypes.TryGetValue(type.Name, out var number):
                return Tensor(storage, number, offset, shape, strides);
            case (RebuildParameter or RebuildParameterWithState, [PickleTensor tensor, ..]):
                return tensor;
            case (RebuildFromType, [PickleGlobal { Name: not RebuildFromType } function, PickleGlobal, PickleTuple inner, ..]):
                return Call(function, inner);
            case (OrderedDictionary, []):
                return new PickleDictionary();
            case (OrderedDictionary, [PickleList pairs]):
                return Dictionary(pairs);
            case (Size, [PickleTuple size]):
                return size;
            case (Size, [PickleList size]):
                return new PickleTuple([.. size.Items]);
            case ("torch.device" or "torch.serialization._get_layout", _):
                return null;
            default:
                throw new PickleException($"it calls {global.Name} with arguments that do not fit");
        }
    }

    /// <summary>Sets an object's attributes. A dictionary of weights may have some (its versions), which no one needs.</summary>
    public static void Build(object? target, object? state)
    {
        _ = state;
        if (target is not (PickleDictionary or PickleTensor))
        {
            throw new PickleException("it sets attributes of something that has none");
        }
    }

    private static PickleDictionary Dictionary(PickleList pairs)
    {
        var dictionary = new PickleDictionary();
        foreach (var pair in pairs.Items)
        {
            dictionary.Entries.Add(pair switch
            {
                PickleTuple { Items: [var key, var value] } => new(key, value),
                PickleList { Items: [var key, var value] } => new(key, value),
                _ => throw new PickleException("it makes a dictionary of something that is no pair"),
            });
        }

        return dictionary;
    }

    private static PickleTensor Tensor(PickleStorage storage, ElementType type, long offset, PickleTuple shape, PickleTuple strides)
    {
        var sizes = Numbers(shape);
        var steps = Numbers(strides);
        if (offset < 0 || sizes.Length != steps.Length || sizes.Length > MaximumDimensions)
        {
            throw new PickleException("a tensor's offset, sizes and strides do not fit together");
        }

        return new PickleTensor(storage, type, offset, sizes, steps);
    }

    private static ImmutableArray<long> Numbers(PickleTuple tuple) =>
        [.. tuple.Items.Select(item => item is long and >= 0 and var number ? number : throw new PickleException("a tensor's size or stride is no number of 0 or more"))];
}
