using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <content>Operations that choose.</content>
internal sealed partial class GraphBuilder
{
    /// <summary>ggml_argmax: the place of the greatest of each row.</summary>
    public GraphTensor ArgMax(GraphTensor a) => Of(NewTensor(TensorType.I32, a.Ne[1]), GraphOperation.ArgMax, a);
}
