using GGUFPacker.Estimation.Caches;
using GGUFPacker.Estimation.Compute;
using GGUFPacker.Estimation.Models;
using GGUFPacker.Estimation.Placements;

namespace GGUFPacker.Estimation;

/// <summary>
/// Finds the memory that an engine takes for a model, from the header alone: where layers and weights lie, what the context remembers, what a batch needs.
/// </summary>
public static class MemoryEstimator
{
    /// <summary>Estimates a model.</summary>
    /// <param name="header">The model's header.</param>
    /// <param name="options">With what the engine is started.</param>
    /// <param name="devices">The devices in the engine's order; none is the CPU alone. One of kind <see cref="ComputeDeviceKind.Cpu"/> describes the host and
    /// is not counted among them.</param>
    /// <exception cref="EstimateException">llama.cpp would refuse the model or the options.</exception>
    public static MemoryEstimate Estimate(ModelHeader header, EstimateOptions options, IReadOnlyList<ComputeDevice> devices)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(devices);
        try
        {
            return EstimateParts(header, options, devices);
        }
        catch (Exception exception) when (exception is ArithmeticException or ArgumentException or IndexOutOfRangeException)
        {
            // Tensors and keys that do not fit each other: llama.cpp would find that when it loads them.
            throw new EstimateException($"The model's keys and tensors contradict each other: {exception.Message}");
        }
    }

    private static MemoryEstimate EstimateParts(ModelHeader header, EstimateOptions options, IReadOnlyList<ComputeDevice> devices)
    {
        var shape = ModelShapeReader.Read(header);
        var placement = PlacementPlanner.Plan(shape, options, devices);
        var context = ContextResolution.Resolve(shape, options, placement);
        var target = TargetOf(shape, options, placement, devices);
        var caches = target is { } shared && Architectures.SharesCaches(shape.Architecture)
            ? SharedCaches(shape, context, placement, shared.Shape, shared.Placement, options.Target!.Options)
            : CachePlanner.Plan(shape, context, placement);
        var estimator = ComputeEstimators.For(shape, context);
        var request = new ComputeRequest(shape, context, placement, caches) { Target = target?.Placement };
        if (context.ProbesFlashAttention && !estimator.KeepsFlashAttention(request))
        {
            context = context with { FlashAttention = false };
            request = request with { Context = context };
        }

        var compute = estimator.Estimate(request);
        return EstimateReport.Of(shape, options, context, placement, caches, compute, devices);
    }

    private static (ModelShape Shape, Placement Placement)? TargetOf(
        ModelShape shape, EstimateOptions options, Placement placement, IReadOnlyList<ComputeDevice> devices)
    {
        // DFlash's own embeddings are its output too if it has no other.
        var hasEmbeddings = placement.Find("token_embd.weight") is not null;
        var hasOutput = placement.Find("output.weight") is not null || (hasEmbeddings && Architectures.TiesOutput(shape.Architecture));
        if (!Architectures.SharesTarget(shape.Architecture) || (hasEmbeddings && hasOutput && !Architectures.SharesCaches(shape.Architecture)))
        {
            return null;
        }

        if (options.Target is not { } target)
        {
            var lacks = Architectures.SharesCaches(shape.Architecture) ? "no caches" : "no embeddings or no output";
            throw new EstimateException($"The {shape.Architecture} model has {lacks} of its own: llama.cpp loads it only beside the model that it drafts for.");
        }

        var targetShape = ModelShapeReader.Read(target.Model);
        return (targetShape, PlacementPlanner.Plan(targetShape, target.Options, devices));
    }

    private static CachePlan SharedCaches(
        ModelShape shape, ResolvedContext context, Placement placement, ModelShape targetShape, Placement targetPlacement, EstimateOptions targetOptions)
    {
        var target = CachePlanner.Plan(targetShape, ContextResolution.Resolve(targetShape, targetOptions, targetPlacement), targetPlacement);
        return new SharedCachePlanner(shape, context, placement).Plan(targetShape, targetPlacement, target);
    }
}
