using System.Text;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Importance;

/// <summary>Small importance matrices, in both formats.</summary>
internal static class ImportanceFiles
{
    /// <summary>A GGUF file: for each tensor its sums, and the counts of its experts.</summary>
    public static byte[] Gguf(params IEnumerable<(string Tensor, float[] Sums, float[] Counts)> entries) => Gguf(bigEndian: false, entries);

    /// <inheritdoc cref="Gguf(IEnumerable{ValueTuple{string, float[], float[]}})"/>
    public static byte[] Gguf(bool bigEndian, params IEnumerable<(string Tensor, float[] Sums, float[] Counts)> entries)
    {
        var metadata = new GgufMetadata.Builder()
            .Set("imatrix.datasets", GgufValue.OfStrings(["text"]))
            .Set("imatrix.chunk_count", GgufValue.Of(3u))
            .Set("imatrix.chunk_size", GgufValue.Of(512u))
            .Build();
        using var model = new MemoryModel(
            metadata, entries.SelectMany(entry => new[] { Floats(entry.Tensor + ".in_sum2", entry.Sums), Floats(entry.Tensor + ".counts", entry.Counts) }));
        using var stream = new MemoryStream();
        GgufModelWriter.WriteAsync(model, stream, new GgufWriteOptions { Threads = 1, BigEndian = bigEndian }).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    /// <summary>A file of the older format.</summary>
    public static byte[] Legacy(int count, params IEnumerable<(string Tensor, int Calls, float[] Values)> entries)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(count);
        foreach (var (tensor, calls, values) in entries)
        {
            writer.Write(Encoding.UTF8.GetByteCount(tensor));
            writer.Write(Encoding.UTF8.GetBytes(tensor));
            writer.Write(calls);
            writer.Write(values.Length);
            Array.ForEach(values, writer.Write);
        }

        writer.Write(5);
        writer.Write(4);
        writer.Write("text"u8);
        return stream.ToArray();
    }

    private static (TensorInfo Info, byte[] Data) Floats(string name, float[] values) =>
        (new TensorInfo(name, TensorType.F32, [values.Length]), [.. values.SelectMany(BitConverter.GetBytes)]);
}
