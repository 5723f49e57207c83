using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Policy;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>The key-values of a quantized model: the source's in their order, without the split.* keys, and behind them what quantizing sets.</summary>
internal static class QuantizedMetadata
{
    /// <summary>The key of the file type.</summary>
    public const string FileTypeKey = "general.file_type";

    private const string VersionKey = "general.quantization_version";

    private const string ImportancePrefix = "quantize.imatrix";

    // llama.cpp passes these on as overrides, which have room for so many bytes.
    private const int MaxOverrideBytes = 127;

    // The version of ggml's block formats (GGML_QNT_VERSION).
    private const uint QuantizationVersion = 2;

    /// <summary>Builds the key-values.</summary>
    /// <param name="source">The source's.</param>
    /// <param name="fileType">The file type.</param>
    /// <param name="overrides">The user's values, in order; a key that is set again moves to the end.</param>
    public static GgufMetadata.Builder Build(GgufMetadata source, uint fileType, IEnumerable<MetadataOverride> overrides)
    {
        var builder = new GgufMetadata.Builder();
        foreach (var (key, value) in source)
        {
            builder.Append(CutAtNul(key), CutAtNul(value));
        }

        builder.Append(VersionKey, GgufValue.Of(QuantizationVersion)).Append(FileTypeKey, GgufValue.Of(fileType))
            .Remove(GgufSplitPlan.NumberKey).Remove(GgufSplitPlan.CountKey).Remove(GgufSplitPlan.TensorsKey);
        foreach (var change in overrides)
        {
            builder.Append(change.Key, change.ToGgufValue());
        }

        return builder;
    }

    /// <summary>Says which importance matrix was used. What a user overrides is overridden by this.</summary>
    public static void AppendImportance(GgufMetadata.Builder builder, ImportanceMatrix importance)
    {
        builder.Append($"{ImportancePrefix}.file", GgufValue.Of(new GgufString(importance.RecordedPath).Truncate(MaxOverrideBytes)));
        if (!importance.Datasets.IsEmpty)
        {
            builder.Append($"{ImportancePrefix}.dataset", GgufValue.Of(importance.Datasets[0].Truncate(MaxOverrideBytes)));
        }

        builder.Append($"{ImportancePrefix}.entries_count", GgufValue.Of((uint)importance.Entries.Count));
        if (importance.ChunkCount > 0)
        {
            builder.Append($"{ImportancePrefix}.chunks_count", GgufValue.Of((uint)importance.ChunkCount));
        }
    }

    /// <summary>The file type that a copy keeps: the source's, or the guess by its tensors.</summary>
    public static uint KeptFileType(HyperParameterReader parameters, IEnumerable<Tensors.TensorInfo> tensors) =>
        parameters.GetUInt32(FileTypeKey) ?? GgufFileTypes.Guess(tensors);

    // llama.cpp passes strings on as C strings.
    private static GgufValue CutAtNul(GgufValue value)
    {
        if (value.TryGet<GgufString>(out var text))
        {
            return text.Bytes.Contains((byte)0) ? GgufValue.Of(text.UpToNul()) : value;
        }

        if (!value.TryGetArray<GgufString>(out var texts))
        {
            return value;
        }

        foreach (var item in texts)
        {
            if (item.Bytes.Contains((byte)0))
            {
                return GgufValue.OfArray(Array.ConvertAll(texts.ToArray(), entry => entry.UpToNul()));
            }
        }

        return value;
    }

    private static string CutAtNul(string key)
    {
        var nul = key.IndexOf('\0', StringComparison.Ordinal);
        return nul < 0 ? key : key[..nul];
    }
}
