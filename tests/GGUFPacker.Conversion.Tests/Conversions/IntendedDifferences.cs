namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>Where we do not do what the reference does, on purpose. Each has its reason.</summary>
internal static class IntendedDifferences
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
        ["ct-err-unknown-pre.f16"] = "The reference gives up on a BPE tokenizer whose hash it does not know; ours finds the pre-tokenizer from the tokenizer's structure.",
    };

    /// <summary>The reason why a case differs, or null if it must not.</summary>
    public static string? ReasonOf(string name) => Reasons.GetValueOrDefault(name);
}
