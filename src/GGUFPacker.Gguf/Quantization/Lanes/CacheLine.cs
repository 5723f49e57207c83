namespace GGUFPacker.Gguf.Quantization.Lanes;

/// <summary>Scratch memory that begins with a cache line, so that no vector lies across two.</summary>
internal static unsafe class CacheLine
{
    /// <summary>How much more must be allocated for <see cref="Align"/>.</summary>
    public const int Floats = 16;

    /// <summary>The first cache line's start in the memory.</summary>
    public static float* Align(float* memory) => (float*)(((nuint)memory + 63) & ~(nuint)63);
}
