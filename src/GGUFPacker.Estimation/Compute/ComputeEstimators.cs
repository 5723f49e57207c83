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

    public static IComputeEstimator For(ModelShape shape, ResolvedContext context)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(context);
        if (context.Prediction && !Architectures.SharesCaches(shape.Architecture))
        {
            return ForPrediction(shape.Architecture);
        }

        return GraphTemplates.Find(shape.Architecture) is { } template ? new GraphCompute(template, AnyDecoder, isExact: true) : AnyDecoder;
    }

    private static IComputeEstimator ForPrediction(string architecture) => GraphTemplates.FindPrediction(architecture) switch
    {
        { } template => new GraphCompute(template, new ClosedFormCompute(), isExact: true),
        null when GraphTemplates.Find(architecture) is not null => throw new EstimateException(
            $"llama.cpp cannot draft with the layers of {architecture} models that predict further tokens."),
        null => new ClosedFormCompute(),
    };
}
