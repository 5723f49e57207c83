using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Graphs.Families;
using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Compute;

/// <summary>
/// Which estimator a model's compute buffers get: its family's graph if there is a template, otherwise the graph of a decoder with its tensors,
/// and if it is no such decoder the closed form.
/// </summary>
internal static class ComputeEstimators
{
    private static readonly ClosedFormCompute ClosedForm = new();

    public static IComputeEstimator For(ModelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return GraphTemplates.Find(shape.Architecture) is { } template
            ? new GraphCompute(template, Decoder(GraphExactness.Nowhere), GraphExactness.Everywhere)
            : Decoder(AnyDecoder.ExactnessOf(shape.Architecture));
    }

    private static GraphCompute Decoder(GraphExactness exactness) => new(AnyDecoder.Build, ClosedForm, exactness);
}
