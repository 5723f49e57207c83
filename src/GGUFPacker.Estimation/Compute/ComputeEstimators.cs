using GGUFPacker.Estimation.Graphs;
using GGUFPacker.Estimation.Models;

namespace GGUFPacker.Estimation.Compute;

/// <summary>
/// Which estimator a model's compute buffers get: its family's graph if there is a template, otherwise the graph of a decoder with its tensors,
/// and if it is no such decoder the closed form.
/// </summary>
internal static class ComputeEstimators
{
    private static readonly GraphCompute AnyDecoder = new(Graphs.Families.AnyDecoder.Build, new ClosedFormCompute(), isExact: false);

    public static IComputeEstimator For(ModelShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return GraphTemplates.Find(shape.Architecture) is { } template ? new GraphCompute(template, AnyDecoder, isExact: true) : AnyDecoder;
    }
}
