using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests;

/// <summary>Tiny models.</summary>
internal static class Models
{
    /// <summary>Writes a llama of one layer with 16-bit weights.</summary>
    public static void WriteF16(string path)
    {
        var metadata = new GgufMetadata.Builder()
            .Set("general.architecture", GgufValue.Of("llama"))
            .Set("general.name", GgufValue.Of("Tiny"))
            .Set("general.file_type", GgufValue.Of(1u))
            .Set("llama.block_count", GgufValue.Of(1u))
            .Set("llama.context_length", GgufValue.Of(64u))
            .Set("llama.embedding_length", GgufValue.Of(64u))
            .Set("llama.feed_forward_length", GgufValue.Of(64u))
            .Set("llama.attention.head_count", GgufValue.Of(2u))
            .Set("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f))
            .Build();
        using var model = new MemoryModel(
            metadata,
            Weights(1, "token_embd.weight", 64, 32),
            Weights(2, "output_norm.weight", 64),
            Weights(3, "blk.0.attn_q.weight", 64, 64),
            Weights(4, "blk.0.ffn_down.weight", 64, 64));
        GgufModelWriter.WriteFileAsync(model, path).GetAwaiter().GetResult();
    }

    /// <summary>Writes an importance matrix with so many weights for each tensor.</summary>
    public static void WriteImatrix(string path, params IEnumerable<(string Tensor, int Weights)> entries)
    {
        var metadata = new GgufMetadata.Builder()
            .Set("general.type", GgufValue.Of("imatrix"))
            .Set("imatrix.datasets", GgufValue.OfStrings(["calibration.txt"]))
            .Set("imatrix.chunk_count", GgufValue.Of(7u))
            .Set("imatrix.chunk_size", GgufValue.Of(512u))
            .Build();
        using var model = new MemoryModel(
            metadata,
            entries.SelectMany(entry => new[] { Floats($"{entry.Tensor}.in_sum2", entry.Weights), Floats($"{entry.Tensor}.counts", 1) }));
        GgufModelWriter.WriteFileAsync(model, path).GetAwaiter().GetResult();

        static (TensorInfo Info, byte[] Data) Floats(string name, int count) =>
            (new TensorInfo(name, TensorType.F32, [count, 1]), [.. Enumerable.Range(1, count).SelectMany(i => BitConverter.GetBytes((float)i))]);
    }

    private static (TensorInfo Info, byte[] Data) Weights(int seed, string name, params long[] shape)
    {
        var info = new TensorInfo(name, shape.Length == 1 ? TensorType.F32 : TensorType.F16, [.. shape]);
        var random = new Random(seed);
        var data = new MemoryStream();
        for (var i = 0L; i < shape.Aggregate(1L, (a, b) => a * b); i++)
        {
            data.Write(shape.Length == 1 ? BitConverter.GetBytes(random.NextSingle()) : BitConverter.GetBytes((Half)(random.NextSingle() - 0.5f)));
        }

        return (info, data.ToArray());
    }
}
