namespace GGUFPacker.Estimation.Compute;

/// <summary>Finds the size of the compute buffers: exactly, by building and allocating the graph, or by a closed form.</summary>
internal interface IComputeEstimator
{
    /// <summary>The buffers' sizes.</summary>
    ComputeBuffers Estimate(ComputeRequest request);
}
