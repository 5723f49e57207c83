using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization;

/// <summary>Which build of a kernel runs. All give the same bytes on every machine; they differ in speed only.</summary>
internal enum KernelWidth
{
    /// <summary>The reference, one number at a time.</summary>
    Scalar,

    /// <summary>Vectors of four numbers.</summary>
    Vector128,

    /// <summary>Vectors of eight numbers.</summary>
    Vector256,

    /// <summary>Vectors of sixteen numbers.</summary>
    Vector512,
}
