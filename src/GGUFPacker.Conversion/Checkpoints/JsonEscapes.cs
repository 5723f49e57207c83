namespace GGUFPacker.Conversion.Checkpoints;

/// <summary>
/// Checks the \u escapes of JSON text: they may hold half of a surrogate pair, which no text can, and which .NET notices only when the string is read.
/// </summary>
internal static class JsonEscapes
{
    /// <summary>Whether each high surrogate is followed by a low one, and no low one stands alone.</summary>
    public static bool AreValid(ReadOnlySpan<byte> json)
    {
        while (json.IndexOf((byte)'\\') is >= 0 and var position)
        {
            json = json[position..];
            if (!TryReadSurrogate(json, out var isHigh))
            {
                json = json[Math.Min(2, json.Length)..];
            }
            else if (isHigh && TryReadSurrogate(json[6..], out var isNextHigh) && !isNextHigh)
            {
                json = json[12..];
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    // \uD800 to \uDFFF; the upper half is low.
    private static bool TryReadSurrogate(ReadOnlySpan<byte> json, out bool isHigh)
    {
        isHigh = false;
        if (json.Length < 6 || json[0] != '\\' || json[1] != 'u' || json[2] is not ((byte)'d' or (byte)'D'))
        {
            return false;
        }

        isHigh = json[3] is (byte)'8' or (byte)'9' or (byte)'a' or (byte)'A' or (byte)'b' or (byte)'B';
        return isHigh || json[3] is (byte)'c' or (byte)'C' or (byte)'d' or (byte)'D' or (byte)'e' or (byte)'E' or (byte)'f' or (byte)'F';
    }
}
