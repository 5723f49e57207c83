namespace GGUFPacker.Testing.Registry;

/// <summary>A file that a server gives out: its beginning as it is, and zeros up to a length that may be far more than anybody would hold.</summary>
public sealed record LoopbackFile(byte[] Beginning, long Length)
{
    public static implicit operator LoopbackFile(byte[] bytes) => new(bytes, bytes.Length);

    public byte[] Read(long from, long count)
    {
        var bytes = new byte[count];
        if (from < Beginning.Length)
        {
            Beginning.AsSpan((int)from, (int)Math.Min(count, Beginning.Length - from)).CopyTo(bytes);
        }

        return bytes;
    }
}
