using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// Parses a header: magic, version, counts, key-values, tensor entries. It holds every claim of the file against a limit or a rule, and names what
/// broke it.
/// </summary>
internal sealed class GgufHeaderParser(GgufHeaderReader reader, GgufLimits limits, CancellationToken cancellationToken)
{
    private const uint Magic = 0x46554747; // "GGUF", the same four bytes in both byte orders
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly GgufMetadata.Builder _metadata = new();
    private readonly ImmutableArray<GgufSpan>.Builder _valueSpans = ImmutableArray.CreateBuilder<GgufSpan>();
    private readonly ImmutableArray<TensorInfo>.Builder _tensors = ImmutableArray.CreateBuilder<TensorInfo>();
    private readonly ImmutableArray<long>.Builder _offsets = ImmutableArray.CreateBuilder<long>();
    private readonly ImmutableArray<GgufSpan>.Builder _tensorSpans = ImmutableArray.CreateBuilder<GgufSpan>();
    private readonly HashSet<string> _tensorNames = new(StringComparer.Ordinal);

    public GgufHeader Parse()
    {
        var version = ReadVersion();
        var tensorCount = ReadLimitedCount("tensors", limits.MaxTensors);
        var keyCount = ReadLimitedCount("keys", limits.MaxKeys);
        for (var i = 0; i < keyCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadKeyValue(i);
        }

        var metadata = _metadata.Build();
        var alignment = ReadAlignment(metadata);
        for (var i = 0; i < tensorCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadTensor(i, alignment);
        }

        return new GgufHeader
        {
            Version = version,
            IsBigEndian = reader.Swap == BitConverter.IsLittleEndian,
            Metadata = metadata,
            Tensors = _tensors.ToImmutable(),
            TensorOffsets = _offsets.ToImmutable(),
            Alignment = alignment,
            Length = reader.Position,
            DataOffset = GgufLayout.Align(reader.Position, alignment),
            ValueSpans = _valueSpans.ToImmutable(),
            TensorEntrySpans = _tensorSpans.ToImmutable(),
        };
    }

    private int ReadVersion()
    {
        reader.Swap = !BitConverter.IsLittleEndian;
        if (reader.ReadUInt32() is var magic && magic != Magic)
        {
            throw reader.Error(magic switch
            {
                0x67676D6C or 0x67676D66 or 0x67676A74 or 0x67676C61 => "it is a GGML file, the format before GGUF; convert the model anew.",
                _ => $"it does not begin with GGUF but with the bytes {BinaryPrimitives.ReverseEndianness(magic):X8}.",
            });
        }

        // A version is a small number; one whose low half is empty was written in the other byte order.
        var version = reader.ReadUInt32();
        if ((version & 0xFFFF) == 0)
        {
            version = BinaryPrimitives.ReverseEndianness(version);
            reader.Swap = !reader.Swap;
        }

        if (version is < 1 or > 3)
        {
            throw reader.Error($"its version is {version}; versions 1 to 3 are known.");
        }

        reader.WideCounts = version > 1;
        return (int)version;
    }

    private int ReadLimitedCount(string what, int limit)
    {
        var count = reader.ReadCount();
        return count <= (ulong)limit ? (int)count : throw reader.Error($"it claims {count} {what}; the limit is {limit}.");
    }

    private void ReadKeyValue(int index)
    {
        var at = reader.Position;
        var key = ReadName(limits.MaxKeyBytes, $"key {index}");
        if (key.Length == 0)
        {
            throw reader.Error($"key {index} at offset {at} is empty.");
        }

        if (_metadata.Contains(key))
        {
            throw reader.Error($"the key '{key}' is there twice, the second time at offset {at}.");
        }

        var type = ReadValueType(key);
        _metadata.Set(key, type == GgufValueType.Array ? ReadArray(key, depth: 1) : ReadScalar(key, type));
    }

    private GgufValueType ReadValueType(string key)
    {
        var at = reader.Position;
        var type = reader.ReadUInt32();
        return type <= (uint)GgufValueType.Float64
            ? (GgufValueType)type
            : throw reader.Error($"the key '{key}' has the unknown value type {type} at offset {at}.");
    }

    private GgufValue ReadScalar(string key, GgufValueType type)
    {
        var at = reader.Position;
        var value = type switch
        {
            GgufValueType.UInt8 => GgufValue.Of(ReadNumber<byte>()),
            GgufValueType.Int8 => GgufValue.Of(ReadNumber<sbyte>()),
            GgufValueType.UInt16 => GgufValue.Of(ReadNumber<ushort>()),
            GgufValueType.Int16 => GgufValue.Of(ReadNumber<short>()),
            GgufValueType.UInt32 => GgufValue.Of(ReadNumber<uint>()),
            GgufValueType.Int32 => GgufValue.Of(ReadNumber<int>()),
            GgufValueType.Float32 => GgufValue.Of(ReadNumber<float>()),
            GgufValueType.Bool => GgufValue.Of(ReadNumber<byte>() != 0),
            GgufValueType.UInt64 => GgufValue.Of(ReadNumber<ulong>()),
            GgufValueType.Int64 => GgufValue.Of(ReadNumber<long>()),
            GgufValueType.Float64 => GgufValue.Of(ReadNumber<double>()),
            _ => GgufValue.Of(ReadText($"the value of '{key}'")),
        };
        _valueSpans.Add(new GgufSpan(at, reader.Position - at));
        return value;
    }

    private GgufValue ReadArray(string key, int depth)
    {
        if (depth > limits.MaxArrayDepth)
        {
            throw reader.Error($"the key '{key}' nests arrays deeper than the limit of {limits.MaxArrayDepth}, at offset {reader.Position}.");
        }

        var type = ReadValueType(key);
        var at = reader.Position;
        var claimed = reader.ReadCount();
        if (claimed > (ulong)limits.MaxArrayLength)
        {
            throw reader.Error($"the array of '{key}' at offset {at} claims {claimed} elements; the limit is {limits.MaxArrayLength}.");
        }

        var count = (int)claimed;
        var start = reader.Position;
        var value = type switch
        {
            GgufValueType.UInt8 => GgufValue.OfArray(reader.ReadArray<byte>(count)),
            GgufValueType.Int8 => GgufValue.OfArray(reader.ReadArray<sbyte>(count)),
            GgufValueType.UInt16 => GgufValue.OfArray(reader.ReadArray<ushort>(count)),
            GgufValueType.Int16 => GgufValue.OfArray(reader.ReadArray<short>(count)),
            GgufValueType.UInt32 => GgufValue.OfArray(reader.ReadArray<uint>(count)),
            GgufValueType.Int32 => GgufValue.OfArray(reader.ReadArray<int>(count)),
            GgufValueType.Float32 => GgufValue.OfArray(reader.ReadArray<float>(count)),
            GgufValueType.Bool => GgufValue.OfArray(Array.ConvertAll(reader.ReadArray<byte>(count), flag => flag != 0)),
            GgufValueType.UInt64 => GgufValue.OfArray(reader.ReadArray<ulong>(count)),
            GgufValueType.Int64 => GgufValue.OfArray(reader.ReadArray<long>(count)),
            GgufValueType.Float64 => GgufValue.OfArray(reader.ReadArray<double>(count)),
            GgufValueType.String => GgufValue.OfArray(ReadTexts(count, $"a string of '{key}'")),
            _ => GgufValue.OfArray(ReadArrays(key, count, depth + 1)),
        };
        if (depth == 1)
        {
            _valueSpans.Add(new GgufSpan(start, reader.Position - start));
        }

        return value;
    }

    private GgufString[] ReadTexts(int count, string what)
    {
        var texts = new GgufString[Math.Min(count, 4096)];
        for (var i = 0; i < count; i++)
        {
            if (i == texts.Length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Array.Resize(ref texts, (int)Math.Min(count, 2L * i));
            }

            texts[i] = ReadText(what);
        }

        return texts;
    }

    private GgufString ReadText(string what) => new(reader.ReadString(limits.MaxStringBytes, what));

    private GgufValue[] ReadArrays(string key, int count, int depth)
    {
        var arrays = new List<GgufValue>();
        while (arrays.Count < count)
        {
            arrays.Add(ReadArray(key, depth));
        }

        return [.. arrays];
    }

    private T ReadNumber<T>()
        where T : unmanaged, INumberBase<T> => reader.ReadArray<T>(1)[0];

    private int ReadAlignment(GgufMetadata metadata)
    {
        if (metadata[GgufLayout.AlignmentKey] is not { } value)
        {
            return GgufHeader.DefaultAlignment;
        }

        return value.TryGet<uint>(out var alignment) && BitOperations.IsPow2(alignment) && alignment <= GgufLayout.MaxAlignment
            ? (int)alignment
            : throw reader.Error($"the key '{GgufLayout.AlignmentKey}' must be a 32-bit power of two up to {GgufLayout.MaxAlignment}.");
    }

    private void ReadTensor(int index, int alignment)
    {
        var at = reader.Position;
        var name = ReadName(limits.MaxTensorNameBytes, $"the name of tensor {index}");
        if (!_tensorNames.Add(name))
        {
            throw reader.Error($"the tensor '{name}' is there twice, the second time at offset {at}.");
        }

        var dimensions = reader.ReadUInt32();
        if (dimensions > (uint)limits.MaxDimensions)
        {
            throw reader.Error($"the tensor '{name}' at offset {at} claims {dimensions} dimensions; the limit is {limits.MaxDimensions}.");
        }

        var shape = ImmutableArray.CreateBuilder<long>((int)dimensions);
        for (var i = 0; i < dimensions; i++)
        {
            var size = reader.ReadCount();
            shape.Add(size <= long.MaxValue ? (long)size : throw reader.Error($"the tensor '{name}' at offset {at} has a dimension of {size}."));
        }

        var tensor = new TensorInfo(name, (TensorType)reader.ReadUInt32(), shape.MoveToImmutable());
        if (!tensor.Type.IsKnown)
        {
            throw reader.Error($"the tensor '{name}' at offset {at} has the unknown type {(uint)tensor.Type}.");
        }

        try
        {
            _ = checked(tensor.ByteLength + tensor.ElementCount);
        }
        catch (Exception error) when (error is OverflowException or ArgumentException)
        {
            var sizes = string.Join(", ", tensor.Shape);
            throw reader.Error($"the tensor '{name}' at offset {at} has an impossible shape [{sizes}] for the type {tensor.Type}: {error.Message}");
        }

        var offset = reader.ReadUInt64();
        if (offset > long.MaxValue / 2 || offset % (ulong)alignment != 0)
        {
            throw reader.Error($"the data of tensor '{name}' is said to begin at {offset}, which is no multiple of the alignment {alignment}.");
        }

        _tensors.Add(tensor);
        _offsets.Add((long)offset);
        _tensorSpans.Add(new GgufSpan(at, reader.Position - at));
    }

    private string ReadName(int limit, string what)
    {
        var at = reader.Position;
        var bytes = reader.ReadString(limit, what);
        try
        {
            return StrictUtf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            throw reader.Error($"{what} at offset {at} is not UTF-8.");
        }
    }
}
