namespace GGUFPacker.Estimation;

/// <summary>The instruction set of the host's processor, as far as it decides which weights are repacked.</summary>
public enum HostInstructions
{
    /// <summary>None for which llama.cpp repacks weights.</summary>
    Baseline,

    /// <summary>x86-64 with AVX2.</summary>
    Avx2,

    /// <summary>x86-64 with AVX-512.</summary>
    Avx512,

    /// <summary>Arm with NEON's dot product.</summary>
    Neon,
}
