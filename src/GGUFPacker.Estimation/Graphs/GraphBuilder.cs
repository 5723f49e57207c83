using GGUFPacker.Estimation.Scheduling;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Estimation.Graphs;

/// <summary>
/// Makes the tensors of one graph (ggml_context): each method is the ggml function of its name and gives its result the shape, the sources and
/// the view that ggml gives it. Shapes are not checked as ggml does: a template that is fed a model of another shape yields another size, no crash.
/// </summary>
internal sealed partial class GraphBuilder
{
    private int _count;

    /// <summary>Tensors made so far: one more than the greatest <see cref="GraphTensor.Id"/>.</summary>
    public int Count => _count;

    /// <summary>ggml_new_tensor.</summary>
    public GraphTensor NewTensor(TensorType type, long ne0, long ne1 = 1, long ne2 = 1, long ne3 = 1) =>
        new(_count++, type, new Dimensions(ne0, ne1, ne2, ne3));

    /// <summary>A tensor that is in memory before the graph is.</summary>
    public GraphTensor Stored(TensorType type, in Dimensions ne, BufferType buffer, bool isWeight) =>
        new(_count++, type, ne) { Buffer = buffer, IsWeight = isWeight };

    /// <summary>ggml_new_tensor and ggml_set_input.</summary>
    public GraphTensor Input(TensorType type, long ne0, long ne1 = 1, long ne2 = 1, long ne3 = 1)
    {
        var tensor = NewTensor(type, ne0, ne1, ne2, ne3);
        tensor.IsInput = true;
        return tensor;
    }

    /// <summary>ggml_dup_tensor with the strides, as the scheduler copies a tensor.</summary>
    public GraphTensor DuplicateLayout(GraphTensor tensor)
    {
        var copy = new GraphTensor(_count++, tensor.Type, tensor.Ne) { IsCopy = true };
        copy.Nb = tensor.Nb;
        return copy;
    }

    /// <summary>ggml_view_tensor: all of a tensor, under another name.</summary>
    public GraphTensor ViewAll(GraphTensor tensor)
    {
        var view = ViewOf(tensor, tensor.Ne, 0);
        view.Nb = tensor.Nb;
        return view;
    }

    public GraphTensor View1D(GraphTensor a, long ne0, long offset) => Of(ViewOf(a, new Dimensions(ne0), offset), GraphOperation.View, a);

    public GraphTensor View2D(GraphTensor a, long ne0, long ne1, long nb1, long offset)
    {
        var view = ViewOf(a, new Dimensions(ne0, ne1), offset);
        view.Nb[1] = nb1;
        view.Nb[2] = checked(nb1 * ne1);
        view.Nb[3] = view.Nb[2];
        return Of(view, GraphOperation.View, a);
    }

    public GraphTensor View3D(GraphTensor a, long ne0, long ne1, long ne2, long nb1, long nb2, long offset)
    {
        var view = ViewOf(a, new Dimensions(ne0, ne1, ne2), offset);
        view.Nb[1] = nb1;
        view.Nb[2] = nb2;
        view.Nb[3] = checked(nb2 * ne2);
        return Of(view, GraphOperation.View, a);
    }

    public GraphTensor View4D(GraphTensor a, in Dimensions ne, long nb1, long nb2, long nb3, long offset)
    {
        var view = ViewOf(a, ne, offset);
        view.Nb[1] = nb1;
        view.Nb[2] = nb2;
        view.Nb[3] = nb3;
        return Of(view, GraphOperation.View, a);
    }

    public GraphTensor Reshape(GraphTensor a, long ne0, long ne1 = 1, long ne2 = 1, long ne3 = 1) =>
        Of(ViewOf(a, new Dimensions(ne0, ne1, ne2, ne3), 0), GraphOperation.Reshape, a);

    public GraphTensor Permute(GraphTensor a, int axis0, int axis1, int axis2, int axis3)
    {
        var view = ViewAll(a);
        ReadOnlySpan<int> axes = [axis0, axis1, axis2, axis3];
        for (var i = 0; i < Dimensions.Count; i++)
        {
            view.Ne[axes[i]] = a.Ne[i];
            view.Nb[axes[i]] = a.Nb[i];
        }

        return Of(view, GraphOperation.Permute, a);
    }

    public GraphTensor Transpose(GraphTensor a)
    {
        var view = ViewAll(a);
        (view.Ne[0], view.Ne[1]) = (a.Ne[1], a.Ne[0]);
        (view.Nb[0], view.Nb[1]) = (a.Nb[1], a.Nb[0]);
        return Of(view, GraphOperation.Transpose, a);
    }

    /// <summary>ggml_dup_tensor: the shape without the strides.</summary>
    private GraphTensor Like(GraphTensor a) => new(_count++, a.Type, a.Ne);

    private GraphTensor ViewOf(GraphTensor a, in Dimensions ne, long offset) => new(_count++, a.Type, ne)
    {
        ViewSource = a.ViewSource ?? a,
        ViewOffset = checked(offset + a.ViewOffset),
    };

    private static GraphTensor Of(GraphTensor result, GraphOperation operation, params GraphTensor?[] sources)
    {
        result.Operation = operation;
        result.Sources = sources;
        return result;
    }
}
