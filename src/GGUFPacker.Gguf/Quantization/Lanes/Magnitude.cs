using System.Runtime.CompilerServices;

namespace GGUFPacker.Gguf.Quantization.Lanes;

/// <summary>The largest magnitude of a run, and whether it is one that the vector kernels of the simple types take.</summary>
internal static unsafe class Magnitude
{
    // The inverse of a scale, 2^n times a block's largest magnitude, stays finite down to here with room to spare.
    private const float Least = 1e-30f;

    /// <summary>The largest magnitude of a block; NaN counts as larger than infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Largest<T>(float* block, int length)
        where T : unmanaged, ILanes<T>
    {
        var largest = T.Abs(T.Load(block));
        for (var i = T.Count; i < length; i += T.Count)
        {
            largest = T.MaxMagnitude(largest, T.Abs(T.Load(block + i)));
        }

        return T.MaxMagnitudeAcross(largest);
    }

    /// <summary>False for zero, what is next to it, infinities and NaN.</summary>
    public static bool IsOrdinary(float largest) => largest is >= Least and <= float.MaxValue;
}
