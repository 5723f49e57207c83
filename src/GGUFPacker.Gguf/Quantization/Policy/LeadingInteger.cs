using System.Globalization;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>Reads numbers as llama-quantize does: what follows the digits is ignored.</summary>
internal static class LeadingInteger
{
    /// <summary>The number that a text begins with, or null.</summary>
    public static int? Parse(string text)
    {
        var trimmed = text.AsSpan().TrimStart();
        var end = trimmed.Length > 0 && trimmed[0] is '+' or '-' ? 1 : 0;
        while (end < trimmed.Length && char.IsAsciiDigit(trimmed[end]))
        {
            end++;
        }

        return int.TryParse(trimmed[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
