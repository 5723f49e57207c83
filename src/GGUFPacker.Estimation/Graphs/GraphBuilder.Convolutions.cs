using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>Convolutions over the tokens, which lie in the rows: a row for each channel.</content>
internal sealed partial class GraphBuilder
{
    /// <summary>ggml_group_norm.</summary>
    public GraphTensor GroupNorm(GraphTensor a) => Of(Like(a), GraphOperation.GroupNorm, a);

    /// <summary>ggml_set: a copy of a tensor, a part of it replaced.</summary>
    public GraphTensor Set(GraphTensor a, GraphTensor b) => Of(Like(a), GraphOperation.Set, a, b);

    /// <summary>ggml_conv_1d_ph with stride and dilation 1: kernels of all channels for each result.</summary>
    public GraphTensor Conv1D(GraphTensor kernel, GraphTensor x)
    {
        var windows = Im2Col(kernel, x);
        var result = MulMat(
            Reshape(windows, windows.Ne[0], windows.Ne[1] * windows.Ne[2]),
            Reshape(kernel, kernel.Ne[0] * kernel.Ne[1], kernel.Ne[2]));
        return Reshape(result, windows.Ne[1], kernel.Ne[2], windows.Ne[2]);
    }

    /// <summary>ggml_conv_1d_dw_ph with stride and dilation 1: one kernel for each channel.</summary>
    public GraphTensor DepthwiseConv1D(GraphTensor kernel, GraphTensor x)
    {
        var result = MulMat(Im2Col(kernel, Reshape(x, x.Ne[0], 1, x.Ne[1], x.Ne[2])), kernel);
        return Reshape(result, result.Ne[0], result.Ne[2]);
    }

    /// <summary>ggml_im2col in one dimension: what each result is made of, side by side.</summary>
    private GraphTensor Im2Col(GraphTensor kernel, GraphTensor x)
    {
        var type = kernel.Type == TensorType.BF16 ? TensorType.F32 : TensorType.F16;
        var results = x.Ne[0] + (kernel.Ne[0] / 2 * 2) - kernel.Ne[0] + 1;
        return Of(NewTensor(type, kernel.Ne[0] * kernel.Ne[1], results, x.Ne[2]), GraphOperation.Im2Col, kernel, x);
    }
}
