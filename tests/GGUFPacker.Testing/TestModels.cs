using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Testing;

/// <summary>Headers of models of any size, without their weights.</summary>
public static class TestModels
{
    /// <summary>A llama's key-values and tensors.</summary>
    /// <param name="layers">The number of layers.</param>
    /// <param name="width">The embedding's length, a multiple of 256.</param>
    /// <param name="vocabulary">The number of tokens.</param>
    /// <param name="type">The type of all matrices.</param>
    /// <param name="keys">Further key-values.</param>
    public static (GgufMetadata Metadata, TensorInfo[] Tensors) Llama(int layers, int width, int vocabulary, TensorType type, Action<GgufMetadata.Builder>? keys = null)
    {
        const int HeadLength = 64;
        var metadata = new GgufMetadata.Builder()
            .Set("general.architecture", GgufValue.Of("llama"))
            .Set("general.type", GgufValue.Of("model"))
            .Set("general.name", GgufValue.Of("Wide"))
            .Set("llama.block_count", GgufValue.Of((uint)layers))
            .Set("llama.context_length", GgufValue.Of(32768u))
            .Set("llama.embedding_length", GgufValue.Of((uint)width))
            .Set("llama.feed_forward_length", GgufValue.Of((uint)width * 4))
            .Set("llama.attention.head_count", GgufValue.Of((uint)(width / HeadLength)))
            .Set("llama.attention.head_count_kv", GgufValue.Of((uint)Math.Max(1, width / HeadLength / 4)))
            .Set("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f))
            .Set("llama.rope.dimension_count", GgufValue.Of((uint)HeadLength))
            .Set("llama.vocab_size", GgufValue.Of((uint)vocabulary))
            .Set("tokenizer.ggml.model", GgufValue.Of("llama"))
            .Set("tokenizer.ggml.tokens", GgufValue.OfStrings(Enumerable.Range(0, vocabulary).Select(i => $"<token number {i}>")));
        keys?.Invoke(metadata);
        var heads = width / HeadLength;
        var narrow = Math.Max(1, heads / 4) * HeadLength;
        List<TensorInfo> tensors =
        [
            new("token_embd.weight", type, [width, vocabulary]),
            new("output_norm.weight", TensorType.F32, [width]),
            new("output.weight", type, [width, vocabulary]),
        ];
        for (var layer = 0; layer < layers; layer++)
        {
            var name = $"blk.{layer}.";
            tensors.AddRange(
            [
                new(name + "attn_norm.weight", TensorType.F32, [width]),
                new(name + "attn_q.weight", type, [width, width]),
                new(name + "attn_k.weight", type, [width, narrow]),
                new(name + "attn_v.weight", type, [width, narrow]),
                new(name + "attn_output.weight", type, [width, width]),
                new(name + "ffn_norm.weight", TensorType.F32, [width]),
                new(name + "ffn_gate.weight", type, [width, width * 4]),
                new(name + "ffn_up.weight", type, [width, width * 4]),
                new(name + "ffn_down.weight", type, [width * 4, width]),
            ]);
        }

        return (metadata.Build(), [.. tensors]);
    }

    /// <summary>A file of such a model: the header is real, the weights are zeros that nobody holds.</summary>
    public static LoopbackFile FileOf(GgufMetadata metadata, IEnumerable<TensorInfo> tensors)
    {
        var layout = GgufLayout.Create(metadata, [.. tensors]);
        return new LoopbackFile(layout.Header.ToArray(), layout.TotalBytes);
    }

    /// <summary>The files of such a model split after so many tensors, by name.</summary>
    public static IEnumerable<(string Name, LoopbackFile File)> SplitOf(string prefix, GgufMetadata metadata, TensorInfo[] tensors, int tensorsPerFile)
    {
        var chunks = tensors.Chunk(tensorsPerFile).ToArray();
        for (var i = 0; i < chunks.Length; i++)
        {
            var keys = (i == 0 ? metadata.ToBuilder() : new GgufMetadata.Builder())
                .Set("split.no", GgufValue.Of((ushort)i))
                .Set("split.count", GgufValue.Of((ushort)chunks.Length))
                .Set("split.tensors.count", GgufValue.Of(tensors.Length));
            yield return (new GgufSplitName(prefix, i + 1, chunks.Length).ToString(), FileOf(keys.Build(), chunks[i]));
        }
    }
}
