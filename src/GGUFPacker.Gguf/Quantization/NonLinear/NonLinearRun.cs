namespace GGUFPacker.Gguf.Quantization.NonLinear;

/// <summary>32 elements with one scale: their codes lie as in the Q4 blocks, byte j has that of element j and above it that of element j + 16.</summary>
internal static class NonLinearRun
{
    public const int PackedBytes = NonLinearSearchScalar.Length / 2;

    /// <summary>The inverse of a scale; 0 for a scale of 0.</summary>
    public static float Inverse(float scale) => scale != 0 ? 1f / scale : 0f;

    /// <summary>Gives each element the code of the value nearest to x * inverse.</summary>
    public static void Pack(ReadOnlySpan<float> x, float inverse, Span<byte> packed)
    {
        for (var j = 0; j < PackedBytes; j++)
        {
            packed[j] = (byte)(NonLinearCodes.Nearest(inverse * x[j]) | (NonLinearCodes.Nearest(inverse * x[j + PackedBytes]) << 4));
        }
    }

    /// <summary>Restores the elements: scale * value.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, float scale, Span<float> x)
    {
        Span<float> products = stackalloc float[16];
        for (var code = 0; code < products.Length; code++)
        {
            products[code] = scale * NonLinearCodes.Values[code];
        }

        for (var j = 0; j < PackedBytes; j++)
        {
            x[j] = products[packed[j] & 0x0F];
            x[j + PackedBytes] = products[packed[j] >> 4];
        }
    }
}
