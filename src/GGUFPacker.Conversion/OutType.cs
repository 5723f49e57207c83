namespace GGUFPacker.Conversion;

/// <summary>The number type that a conversion gives to the weights; small and sensitive tensors stay float32.</summary>
public enum OutType
{
    /// <summary>The 16-bit type of the checkpoint's weights: BF16 or F16.</summary>
    Auto,

    /// <summary>float32.</summary>
    F32,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>bfloat16.</summary>
    BF16,

    /// <summary>8-bit blocks.</summary>
    Q8_0,

    /// <summary>Ternary blocks of 1.69 bits, for models trained so.</summary>
    TQ1_0,

    /// <summary>Ternary blocks of 2.06 bits, for models trained so.</summary>
    TQ2_0,
}
