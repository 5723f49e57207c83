namespace GGUFPacker.Estimation;

/// <summary>The instruction set of the host's processor, as far as the layouts of repacked weights depend on it.</summary>
public enum HostInstructions
{
    /// <summary>None for which llama.cpp repacks weights.</summary>
    Baseline,

    /// <summary>x86-64 with AVX2.</summary>
    Avx2,

    /// <summary>x86-64 with AVX-512.</summary>
    Avx512,

    /// <summary>Arm with NEON's dot product and without matrix multiplication.</summary>
    NeonDotProduct,

    /// <summary>Arm with NEON's 8-bit integer matrix multiplication (i8mm).</summary>
    NeonMatrixMultiply,

    /// <summary>Arm with SVE of 256 bits and i8mm.</summary>
    Sve,
}
