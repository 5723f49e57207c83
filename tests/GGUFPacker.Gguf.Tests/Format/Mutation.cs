namespace GGUFPacker.Gguf.Tests.Format;

/// <summary>Files that are nearly right.</summary>
internal static class Mutation
{
    /// <summary>A copy with one to three random changes: bits, bytes, cuts and parts left out or repeated.</summary>
    public static byte[] Of(byte[] seed, Random random)
    {
        var bytes = (byte[])seed.Clone();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            Change(ref bytes, random);
        }

        return bytes;
    }

    private static void Change(ref byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(5))
        {
            case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: bytes[at] = (byte)(random.Next(2) * 255); break;
            case 2: random.NextBytes(bytes.AsSpan(at, Math.Min(8, bytes.Length - at))); break;
            case 3: bytes = bytes[..at]; break;
            default: bytes = [.. bytes[..at], .. bytes[random.Next(at + 1)..]]; break;
        }

        if (bytes.Length == 0)
        {
            bytes = "G"u8.ToArray();
        }
    }
}
