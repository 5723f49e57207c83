namespace GGUFPacker.Estimation.Compute;

/// <summary>Finds the size of the compute buffers: exactly, by building and allocating the graph, or by a closed form.</summary>
internal interface IComputeEstimator
{
    /// <summary>Whether an automatic flash attention stays on: it is given up if a layer's attention would run on another device than the layer.</summary>
    bool KeepsFlashAttention(ComputeRequest request);

    /// <summary>The buffers' sizes.</summary>
    ComputeBuffers Estimate(ComputeRequest request);
}
