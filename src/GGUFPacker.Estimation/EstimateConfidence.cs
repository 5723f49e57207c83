namespace GGUFPacker.Estimation;

/// <summary>How far an estimate's bytes can be trusted.</summary>
public enum EstimateConfidence
{
    /// <summary>The bytes that llama.cpp allocates.</summary>
    Exact,

    /// <summary>Weights, caches and outputs are exact; the compute buffers come from a closed form.</summary>
    Approximate,
}
