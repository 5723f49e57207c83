namespace GGUFPacker.Estimation.Graphs;

/// <summary>Operations in the order in which they run, and the leafs that they begin with (struct ggml_cgraph).</summary>
internal sealed class ComputeGraph
{
    private readonly List<GraphTensor> _nodes = new(1024);
    private readonly List<GraphTensor> _leafs = new(512);

    public IReadOnlyList<GraphTensor> Nodes => _nodes;

    public IReadOnlyList<GraphTensor> Leafs => _leafs;

    /// <summary>
    /// Appends what a tensor needs and is not there yet, then the tensor: sources first, from left to right (ggml_build_forward_expand).
    /// The order in which templates call this is the order of execution, hence of allocation.
    /// </summary>
    public void Expand(GraphTensor tensor)
    {
        if (tensor.IsVisited)
        {
            return;
        }

        tensor.IsVisited = true;
        foreach (var source in tensor.Sources)
        {
            if (source is not null)
            {
                Expand(source);
            }
        }

        (tensor.Operation == GraphOperation.None ? _leafs : _nodes).Add(tensor);
    }
}
