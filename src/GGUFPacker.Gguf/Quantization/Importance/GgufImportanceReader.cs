using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Importance;

/// <summary>
/// Reads an importance matrix in GGUF form: for each tensor NAME the F32 tensors <c>NAME.in_sum2</c>, sums of squared inputs, and <c>NAME.counts</c>, how many
/// inputs there were, for each expert. Other tensors are ignored (common_imatrix_load of llama.cpp v0.5.0).
/// </summary>
internal static class GgufImportanceReader
{
    private const string SumsSuffix = ".in_sum2";
    private const string CountsSuffix = ".counts";
    private const string DatasetsKey = "imatrix.datasets";
    private const string ChunkCountKey = "imatrix.chunk_count";
    private const string ChunkSizeKey = "imatrix.chunk_size";

    // Far above the 1024 experts that llama.cpp takes.
    private const int MaxExperts = 1 << 16;

    /// <summary>Reads all but the sums.</summary>
    /// <exception cref="GgufException">The file is invalid.</exception>
    public static ImportanceContent Read(ImportanceFile file, CancellationToken cancellationToken)
    {
        GgufHeader header;
        using (var stream = new GgufHandleStream(file.Handle))
        {
            header = GgufHeader.Read(stream, file.Path, cancellationToken: cancellationToken);
        }

        GgufPartJoin.RequireDataInside(new GgufFilePart(file.Path, file.Length, header));
        file.Swap = header.IsBigEndian == BitConverter.IsLittleEndian;
        if (header.Tensors.IsEmpty)
        {
            throw file.Error("it has no data.");
        }

        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var sums = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < header.Tensors.Length; i++)
        {
            var name = header.Tensors[i].Name;
            if (name.EndsWith(SumsSuffix, StringComparison.Ordinal))
            {
                sums.Add(name[..^SumsSuffix.Length], i);
            }
            else if (name.EndsWith(CountsSuffix, StringComparison.Ordinal))
            {
                counts.Add(name[..^CountsSuffix.Length], i);
            }
        }

        if (counts.Keys.FirstOrDefault(name => !sums.ContainsKey(name)) is { } alone)
        {
            throw file.Error($"it has '{alone}{CountsSuffix}' without '{alone}{SumsSuffix}'.");
        }

        var entries = new SortedDictionary<string, ImportanceEntry>(StringComparer.Ordinal);
        foreach (var (name, index) in sums)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = counts.TryGetValue(name, out var found) ? found : throw file.Error($"it has '{name}{SumsSuffix}' without '{name}{CountsSuffix}'.");
            var tensor = RequireF32(file, header.Tensors[index]);
            entries.Add(
                name, new ImportanceEntry(name, header.DataOffset + header.TensorOffsets[index], tensor.ElementCount, ReadDivisors(file, header, count)));
        }

        return ReadMetadata(file, header.Metadata, entries);
    }

    private static ImportanceContent ReadMetadata(ImportanceFile file, GgufMetadata metadata, SortedDictionary<string, ImportanceEntry> entries)
    {
        if (metadata[DatasetsKey] is not { } datasets || metadata[ChunkCountKey] is not { } chunks || metadata[ChunkSizeKey] is not { } chunkSize)
        {
            throw file.Error($"it lacks the keys of an importance matrix: {DatasetsKey}, {ChunkCountKey} and {ChunkSizeKey}.");
        }

        if (!chunks.TryGet<uint>(out var chunkCount) || !chunkSize.TryGet<uint>(out _))
        {
            throw file.Error($"{ChunkCountKey} and {ChunkSizeKey} must be of type {GgufValueType.UInt32}.");
        }

        ImmutableArray<GgufString> names = datasets.TryGetArray<GgufString>(out var texts) ? [.. texts.ToArray().Select(text => text.UpToNul())] : [];
        return new ImportanceContent(entries, names, unchecked((int)chunkCount));
    }

    private static ImmutableArray<float> ReadDivisors(ImportanceFile file, GgufHeader header, int index)
    {
        var tensor = RequireF32(file, header.Tensors[index]);
        var count = tensor.ElementCount;
        if (count is < 1 or > MaxExperts)
        {
            throw file.Error($"the tensor '{tensor.Name}' has {count} counts; 1 to {MaxExperts} are possible.");
        }

        var counts = new float[count];
        file.Read(header.DataOffset + header.TensorOffsets[index], counts.AsSpan(), $"the tensor '{tensor.Name}'");
        foreach (ref var value in counts.AsSpan())
        {
            value = Math.Max(0, Arithmetic.RoundToLong(value));
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(counts);
    }

    private static TensorInfo RequireF32(ImportanceFile file, TensorInfo tensor) => tensor.Type == TensorType.F32
        ? tensor
        : throw file.Error($"the tensor '{tensor.Name}' is {tensor.Type.GgmlName}; it must be {TensorType.F32.GgmlName}.");
}
