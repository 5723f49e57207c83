namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>The order of 4-bit codes in bytes.</summary>
internal static class NibbleOrder
{
    /// <summary>
    /// Turns n bytes with the codes 0 and 1, 2 and 3 and so on (the even one low) into n bytes with the codes j and j + n (the first one low), as ggml
    /// has them.
    /// </summary>
    public static void SplitHalves(ReadOnlySpan<byte> pairs, Span<byte> halves)
    {
        var half = pairs.Length / 2;
        for (var i = 0; i < half; i++)
        {
            var low = pairs[i];
            var high = pairs[half + i];
            halves[2 * i] = (byte)((low & 0x0F) | (high << 4));
            halves[(2 * i) + 1] = (byte)((low >> 4) | (high & 0xF0));
        }
    }
}
