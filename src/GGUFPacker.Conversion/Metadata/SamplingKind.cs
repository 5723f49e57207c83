namespace GGUFPacker.Conversion.Metadata;

/// <summary>The kind of a sampler setting's value.</summary>
internal enum SamplingKind
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>A 32-bit signed integer.</summary>
    Integer,

    /// <summary>A 32-bit float.</summary>
    Real,
}
