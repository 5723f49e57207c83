using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Images;

/// <summary>
/// Reads back what <see cref="GgufParsedJson"/> writes into configs. A config comes from whoever made the image, so nothing in it is believed.
/// </summary>
internal sealed record GgufDescription(GgufMetadata.Builder Metadata, ImmutableArray<TensorInfo> Tensors, ImmutableArray<DescribedArray> Arrays)
{
    private const string Tokens = "tokenizer.ggml.tokens";

    // Several times the largest vocabulary there is, and more layers than any model has.
    private const int MaxTokens = 4 << 20;
    private const int MaxArrays = 256;
    private const int MaxArrayLength = 16 << 10;

    private static readonly GgufLimits Limits = GgufLimits.Default;

    /// <summary>Reads a file's description.</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static GgufDescription Parse(ModelFile file)
    {
        try
        {
            var header = file.Gguf.GetProperty("header");
            var metadata = new GgufMetadata.Builder();
            var arrays = ImmutableArray.CreateBuilder<DescribedArray>();
            var version = header.GetProperty("version").GetInt32();
            foreach (var entry in Items(header, "metadataKV", Limits.MaxKeys))
            {
                var key = entry.GetProperty("key").GetString() ?? "";
                if (metadata.Contains(key))
                {
                    throw Invalid($"the key '{key}' is there twice");
                }

                var type = (GgufValueType)entry.GetProperty("valueType").GetUInt32();
                var value = entry.GetProperty("value");
                if (type == GgufValueType.Array)
                {
                    AddArray(metadata, arrays, key, value, version);
                }
                else if (ScalarOf(type, value) is { } scalar)
                {
                    metadata.Set(key, scalar);
                }
            }

            return new GgufDescription(metadata, Tensors: TensorsOf(file), arrays.ToImmutable());
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or KeyNotFoundException or OverflowException or ArgumentException)
        {
            throw Invalid(error.Message, error);
        }
    }

    private static void AddArray(GgufMetadata.Builder metadata, ImmutableArray<DescribedArray>.Builder arrays, string key, JsonElement value, int version)
    {
        var count = value.GetProperty("len").GetInt64();
        if (key == Tokens)
        {
            // Their number is all that counts.
            metadata.Set(key, GgufValue.OfArray(new byte[count is >= 0 and <= MaxTokens ? count : throw Invalid($"'{key}' has {count} elements")]));
            return;
        }

        var type = (GgufValueType)value.GetProperty("type").GetUInt32();
        if (key.StartsWith("tokenizer.", StringComparison.Ordinal) || key.StartsWith("general.", StringComparison.Ordinal) || DescribedArray.SizeOf(type) == 0)
        {
            return;
        }

        var offset = value.GetProperty("startOffset").GetInt64();
        if (count is < 0 or > MaxArrayLength || offset is < 0 || offset > Limits.MaxHeaderBytes || arrays.Count == MaxArrays)
        {
            throw Invalid($"the array '{key}' has {count} elements at offset {offset}");
        }

        arrays.Add(new DescribedArray(key, type, (int)count, offset, version == 1 ? 4 : 8));
    }

    // Numbers went through gguf-packer-go's doubles.
    private static GgufValue? ScalarOf(GgufValueType type, JsonElement value) => type switch
    {
        _ when value.ValueKind == JsonValueKind.Null => null,
        GgufValueType.String => GgufValue.Of(value.GetString() ?? ""),
        GgufValueType.Bool => GgufValue.Of(value.GetBoolean()),
        GgufValueType.UInt8 => GgufValue.Of(checked((byte)value.GetDouble())),
        GgufValueType.Int8 => GgufValue.Of(checked((sbyte)value.GetDouble())),
        GgufValueType.UInt16 => GgufValue.Of(checked((ushort)value.GetDouble())),
        GgufValueType.Int16 => GgufValue.Of(checked((short)value.GetDouble())),
        GgufValueType.UInt32 => GgufValue.Of(checked((uint)value.GetDouble())),
        GgufValueType.Int32 => GgufValue.Of(checked((int)value.GetDouble())),
        GgufValueType.Float32 => GgufValue.Of((float)value.GetDouble()),
        GgufValueType.UInt64 => GgufValue.Of(value.TryGetUInt64(out var exact) ? exact : checked((ulong)value.GetDouble())),
        GgufValueType.Int64 => GgufValue.Of(value.TryGetInt64(out var exact) ? exact : checked((long)value.GetDouble())),
        GgufValueType.Float64 => GgufValue.Of(value.GetDouble()),
        _ => throw Invalid($"the value type {(uint)type} is unknown"),
    };

    private static ImmutableArray<TensorInfo> TensorsOf(ModelFile file)
    {
        var tensors = ImmutableArray.CreateBuilder<TensorInfo>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var entry in Items(file.Gguf, "tensorInfos", Limits.MaxTensors))
        {
            var name = entry.GetProperty("name").GetString() ?? "";
            var type = (TensorType)entry.GetProperty("type").GetUInt32();
            ImmutableArray<long> shape = [.. entry.GetProperty("dimensions").EnumerateArray().Select(length => length.GetInt64())];
            if (!type.IsKnown || shape.Length > Limits.MaxDimensions || shape.Any(length => length < 0) || !names.Add(name))
            {
                throw Invalid($"the tensor '{name}' has the type {(uint)type} and the shape [{string.Join(", ", shape)}], or is there twice");
            }

            var tensor = new TensorInfo(name, type, shape);
            bytes = checked(bytes + tensor.ByteLength);
            tensors.Add(tensor);
        }

        return bytes <= file.Size ? tensors.ToImmutable() : throw Invalid($"its tensors have {bytes} bytes, and its file {file.Size}");
    }

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name, int limit)
    {
        var list = owner.GetProperty(name);
        return list.ValueKind == JsonValueKind.Null
            ? []
            : list.GetArrayLength() <= limit ? list.EnumerateArray()
            : throw Invalid($"{name} has {list.GetArrayLength()} entries; the limit is {limit}");
    }

    private static ContentException Invalid(string reason, Exception? error = null) =>
        new($"The image config describes a GGUF file that cannot be: {reason}.", error);
}
