using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>Tiny models of the llama architecture.</summary>
internal static class LlamaRecipe
{
    /// <summary>The key-values that a model needs to be quantized.</summary>
    public static GgufMetadata.Builder Metadata() => new GgufMetadata.Builder()
        .Set("general.architecture", GgufValue.Of("llama"))
        .Set("llama.block_count", GgufValue.Of(1u))
        .Set("llama.context_length", GgufValue.Of(128u))
        .Set("llama.embedding_length", GgufValue.Of(256u))
        .Set("llama.attention.head_count", GgufValue.Of(4u))
        .Set("llama.attention.layer_norm_rms_epsilon", GgufValue.Of(1e-5f));

    /// <summary>A tensor with normal numbers.</summary>
    public static (TensorInfo Info, byte[] Data) Tensor(string name, TensorType type, params ReadOnlySpan<long> shape)
    {
        var info = new TensorInfo(name, type, [.. shape]);
        var data = new byte[info.ByteLength];
        RowKernels.Quantize(type, [.. Enumerable.Range(0, (int)info.ElementCount).Select(i => FormulaVectors.Gauss(7, (ulong)i))], [], data);
        return (info, data);
    }
}
