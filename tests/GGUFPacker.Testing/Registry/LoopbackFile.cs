using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GGUFPacker.Testing.Registry;

/// <summary>A file that a server gives out: its beginning as it is, and zeros up to a length that may be far more than anybody would hold.</summary>
public sealed record LoopbackFile(byte[] Beginning, long Length)
{
    private byte[]? _noise;

    /// <summary>The SHA-256 digest of all of it; null if nobody has computed it.</summary>
    public string? Sha256 { get; private init; }

    public static implicit operator LoopbackFile(byte[] bytes) => new(bytes, bytes.Length);

    /// <summary>A file of any size that is made when it is asked for: noise, and each megabyte of it other than the one before.</summary>
    public static LoopbackFile Generate(long length)
    {
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        var file = new LoopbackFile([], length) { _noise = noise };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long start = 0; start < length; start += noise.Length)
        {
            hash.AppendData(file.Read(start, Math.Min(noise.Length, length - start)));
        }

        return file with { Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset()) };
    }

    public byte[] Read(long from, long count)
    {
        var bytes = new byte[count];
        if (_noise is not null)
        {
            Fill(bytes, from, _noise);
        }
        else if (from < Beginning.Length)
        {
            Beginning.AsSpan((int)from, (int)Math.Min(count, Beginning.Length - from)).CopyTo(bytes);
        }

        return bytes;
    }

    private static void Fill(Span<byte> bytes, long from, byte[] noise)
    {
        while (!bytes.IsEmpty)
        {
            var offset = (int)(from % noise.Length);
            var part = bytes[..Math.Min(noise.Length - offset, bytes.Length)];
            noise.AsSpan(offset, part.Length).CopyTo(part);
            var mask = (byte)(from / noise.Length);
            var words = MemoryMarshal.Cast<byte, ulong>(part);
            foreach (ref var word in words)
            {
                word ^= mask * 0x0101010101010101UL;
            }

            foreach (ref var rest in part[(words.Length * sizeof(ulong))..])
            {
                rest ^= mask;
            }

            from += part.Length;
            bytes = bytes[part.Length..];
        }
    }
}
