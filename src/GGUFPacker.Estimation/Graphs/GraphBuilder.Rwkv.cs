using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>The operations that go through a sequence and keep a matrix for each head: all give a token's outputs in a row, and after them the
/// states.</content>
internal sealed partial class GraphBuilder
{
    /// <summary>ggml_rwkv_wkv6.</summary>
    public GraphTensor RwkvWkv6(GraphTensor k, GraphTensor v, GraphTensor r, GraphTensor first, GraphTensor decay, GraphTensor state) =>
        Of(OutputsAndStates(k, state), GraphOperation.RwkvWkv6, k, v, r, first, decay, state);

    /// <summary>ggml_gated_linear_attn.</summary>
    public GraphTensor GatedLinearAttn(GraphTensor k, GraphTensor v, GraphTensor q, GraphTensor gate, GraphTensor state) =>
        Of(OutputsAndStates(k, state), GraphOperation.GatedLinearAttn, k, v, q, gate, state);

    /// <summary>ggml_rwkv_wkv7.</summary>
    public GraphTensor RwkvWkv7(GraphTensor r, GraphTensor w, GraphTensor k, GraphTensor v, GraphTensor a, GraphTensor b, GraphTensor state) =>
        Of(OutputsAndStates(k, state), GraphOperation.RwkvWkv7, r, w, k, v, a, b, state);

    private GraphTensor OutputsAndStates(GraphTensor k, GraphTensor state) =>
        NewTensor(TensorType.F32, k.Ne[0] * k.Ne[1], checked(k.Ne[2] + (k.Ne[0] * state.Ne[1])));
}
