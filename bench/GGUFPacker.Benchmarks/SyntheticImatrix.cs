using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Benchmarks;

/// <summary>An importance matrix for the layers of a model: squares, as sums of squared activations are.</summary>
internal static class SyntheticImatrix
{
    /// <summary>For each tensor with layers the importance of its columns.</summary>
    public static Dictionary<string, float[]> Create(IGgufModel model) => model.Tensors
        .Where(tensor => tensor.Name.StartsWith("blk.", StringComparison.Ordinal) && tensor.Shape.Length > 1)
        .ToDictionary(tensor => tensor.Name, tensor => WeightSource.CreateImportance((int)tensor.Columns), StringComparer.Ordinal);

    /// <summary>Writes it as llama.cpp's tool would.</summary>
    public static async Task WriteAsync(Dictionary<string, float[]> importance, string path)
    {
        var metadata = new GgufMetadata.Builder()
            .Set("general.type", GgufValue.Of("imatrix"))
            .Set("imatrix.datasets", GgufValue.OfStrings(["synthetic"]))
            .Set("imatrix.chunk_count", GgufValue.Of(1u))
            .Set("imatrix.chunk_size", GgufValue.Of(512u))
            .Build();
        using var model = new MemoryModel(metadata, importance.SelectMany(entry => (IEnumerable<(TensorInfo, byte[])>)[
            (new TensorInfo(entry.Key + ".in_sum2", TensorType.F32, [entry.Value.Length, 1]), MemoryMarshal.AsBytes(entry.Value.AsSpan()).ToArray()),
            (new TensorInfo(entry.Key + ".counts", TensorType.F32, [1, 1]), MemoryMarshal.AsBytes<float>([1f]).ToArray()),
        ]));
        await GgufModelWriter.WriteFileAsync(model, path);
    }
}
