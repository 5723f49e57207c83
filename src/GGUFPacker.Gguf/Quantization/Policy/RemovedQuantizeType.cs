namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>The file types that llama.cpp once had, by name and number, and what took their place.</summary>
internal static class RemovedQuantizeType
{
    private const string Repacked = "llama.cpp repacks it for the processor when it loads the model, so no file of its own is needed";
    private const string Superseded = "the K-quants that came after it are smaller and more exact";

    private static readonly (string[] Names, string Successor, string Reason)[] All =
    [
        (["Q4_0_4_4", "33"], "Q4_0", Repacked),
        (["Q4_0_4_8", "34"], "Q4_0", Repacked),
        (["Q4_0_8_8", "35"], "Q4_0", Repacked),
        (["IQ4_NL_4_4"], "IQ4_NL", Repacked),
        (["IQ4_NL_4_8"], "IQ4_NL", Repacked),
        (["IQ4_NL_8_8"], "IQ4_NL", Repacked),
        (["Q4_1_F16", "Q4_1_SOME_F16", "4"], "Q4_1", "every type keeps its sensitive tensors at more bits by itself"),
        (["Q4_2", "5"], "Q4_K_S", Superseded),
        (["Q4_3", "6"], "Q4_K_M", Superseded),
    ];

    /// <summary>Says what to use instead of a removed type; null if <paramref name="text"/> names none.</summary>
    public static string? Describe(string text)
    {
        foreach (var (names, successor, reason) in All)
        {
            if (names.Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                return $"The quantize type '{text}' was removed from llama.cpp: use {successor}; {reason}.";
            }
        }

        return null;
    }
}
