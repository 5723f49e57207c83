using System.Collections.Immutable;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization.Halves;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Benchmarks;

/// <summary>A model of TinyLlama's shape (1.1 B weights with 22 layers) whose F16 weights are near-normal random numbers, the same on each run.</summary>
internal sealed class SyntheticModel : IGgufModel
{
    private const int Width = 2048;
    private const int KeyWidth = 256;
    private const int FeedForward = 5632;
    private const int Vocabulary = 32000;

    public SyntheticModel(int layers)
    {
        Metadata = new GgufMetadata.Builder()
            .Set("general.architecture", GgufValue.Of("llama"))
            .Set("llama.block_count", GgufValue.Of((uint)layers))
            .Set("llama.context_length", GgufValue.Of(2048u))
            .Set("llama.embedding_length", GgufValue.Of((uint)Width))
            .Set("llama.feed_forward_length", GgufValue.Of((uint)FeedForward))
            .Set("llama.attention.head_count", GgufValue.Of(32u))
            .Set("llama.attention.head_count_kv", GgufValue.Of(4u))
            .Set("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f))
            .Build();

        var tensors = ImmutableArray.CreateBuilder<TensorInfo>();
        tensors.Add(new TensorInfo("output.weight", TensorType.F16, [Width, Vocabulary]));
        tensors.Add(new TensorInfo("output_norm.weight", TensorType.F32, [Width]));
        tensors.Add(new TensorInfo("token_embd.weight", TensorType.F16, [Width, Vocabulary]));
        for (var layer = 0; layer < layers; layer++)
        {
            tensors.Add(new TensorInfo($"blk.{layer}.attn_k.weight", TensorType.F16, [Width, KeyWidth]));
            tensors.Add(new TensorInfo($"blk.{layer}.attn_norm.weight", TensorType.F32, [Width]));
            tensors.Add(new TensorInfo($"blk.{layer}.attn_output.weight", TensorType.F16, [Width, Width]));
            tensors.Add(new TensorInfo($"blk.{layer}.attn_q.weight", TensorType.F16, [Width, Width]));
            tensors.Add(new TensorInfo($"blk.{layer}.attn_v.weight", TensorType.F16, [Width, KeyWidth]));
            tensors.Add(new TensorInfo($"blk.{layer}.ffn_down.weight", TensorType.F16, [FeedForward, Width]));
            tensors.Add(new TensorInfo($"blk.{layer}.ffn_gate.weight", TensorType.F16, [Width, FeedForward]));
            tensors.Add(new TensorInfo($"blk.{layer}.ffn_norm.weight", TensorType.F32, [Width]));
            tensors.Add(new TensorInfo($"blk.{layer}.ffn_up.weight", TensorType.F16, [Width, FeedForward]));
        }

        Tensors = tensors.ToImmutable();
    }

    public GgufMetadata Metadata { get; }

    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>The number of weights.</summary>
    public long Weights => Tensors.Sum(tensor => tensor.ElementCount);

    public void ReadRows(int index, long firstRow, Span<byte> destination)
    {
        var tensor = Tensors[index];
        var rowBytes = (int)tensor.RowBytes;
        var row = new float[tensor.Columns];
        for (var i = 0; i < destination.Length / rowBytes; i++)
        {
            WeightSource.Fill(row, (index * 1_000_003L) + firstRow + i);
            var bytes = destination.Slice(i * rowBytes, rowBytes);
            if (tensor.Type == TensorType.F32)
            {
                MemoryMarshal.AsBytes(row.AsSpan()).CopyTo(bytes);
            }
            else
            {
                HalfConversions.SingleToHalf(row, MemoryMarshal.Cast<byte, ushort>(bytes));
            }
        }
    }

    public void Dispose()
    {
    }
}
