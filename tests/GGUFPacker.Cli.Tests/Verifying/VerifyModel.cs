using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Cli.Tests.Verifying;

/// <summary>A tiny model with which nothing is wrong, and changes to it.</summary>
internal static class VerifyModel
{
    private const int Tokens = 32;

    /// <summary>Writes the model after a change of its keys and tensors.</summary>
    public static void Write(string path, Action<GgufMetadata.Builder>? change = null, IEnumerable<TensorInfo>? tensors = null)
    {
        var metadata = Metadata();
        change?.Invoke(metadata);
        using var model = new MemoryModel(metadata.Build(), (tensors ?? Tensors()).Select(tensor => (tensor, new byte[tensor.ByteLength])));
        GgufModelWriter.WriteFileAsync(model, path).GetAwaiter().GetResult();
    }

    public static TensorInfo[] Tensors() =>
    [
        new("token_embd.weight", TensorType.F16, [64, Tokens]),
        new("output_norm.weight", TensorType.F32, [64]),
        new("blk.0.attn_q.weight", TensorType.F16, [64, 64]),
        new("blk.1.attn_q.weight", TensorType.F16, [64, 64]),
    ];

    private static GgufMetadata.Builder Metadata() => new GgufMetadata.Builder()
        .Set("general.architecture", GgufValue.Of("qwen2"))
        .Set("general.type", GgufValue.Of("model"))
        .Set("general.file_type", GgufValue.Of(1u))
        .Set("qwen2.block_count", GgufValue.Of(2u))
        .Set("qwen2.context_length", GgufValue.Of(128u))
        .Set("tokenizer.ggml.model", GgufValue.Of("gpt2"))
        .Set("tokenizer.ggml.pre", GgufValue.Of("qwen2"))
        .Set("tokenizer.ggml.tokens", GgufValue.OfStrings([.. Enumerable.Range(0, 26).Select(i => ((char)('a' + i)).ToString()), "ab", "abc", "<s>", "</s>", "", ""]))
        .Set("tokenizer.ggml.token_type", GgufValue.OfArray(Enumerable.Repeat(1, Tokens).ToArray()))
        .Set("tokenizer.ggml.merges", GgufValue.OfStrings(["a b", "ab c"]))
        .Set("tokenizer.ggml.eos_token_id", GgufValue.Of(29u))
        .Set("tokenizer.chat_template", GgufValue.Of("{% for m in messages %}{{ m['content'] }}{% endfor %}"));
}
