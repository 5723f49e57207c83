namespace GGUFPacker.Estimation.Fitting;

/// <summary>What is changed so that an engine fits.</summary>
public enum RemedyKind
{
    /// <summary>The model's quantize type.</summary>
    SmallerType,

    /// <summary>The context.</summary>
    ShorterContext,

    /// <summary>How keys and values are cached.</summary>
    QuantizedCache,

    /// <summary>How many layers lie on devices.</summary>
    FewerLayers,
}
