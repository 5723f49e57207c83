using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GGUFPacker.Gguf.Quantization.KQuants;

/// <summary>
/// How Q2_K and Q3_K pack two bits of each of a block's 256 codes into 64 bytes: in each half of the block, byte l has those of elements
/// l, l + 32, l + 64 and l + 96, the first in its lowest bits.
/// </summary>
internal static class CrumbCodes
{
    /// <summary>The bytes for a block.</summary>
    public const int Bytes = 64;

    /// <summary>Packs the low two bits of the codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<byte> codes, Span<byte> packed)
    {
        var mask = Vector128.Create((byte)3);
        for (var i = 0; i < Bytes; i += Vector128<byte>.Count)
        {
            var run = codes[((i / 32 * 128) + (i % 32))..];
            var crumbs = Vector128.Create(run) & mask;
            crumbs |= (Vector128.Create(run[32..]) & mask) << 2;
            crumbs |= (Vector128.Create(run[64..]) & mask) << 4;
            crumbs |= Vector128.Create(run[96..]) << 6;
            crumbs.CopyTo(packed[i..]);
        }
    }

    /// <summary>Unpacks the low two bits of the codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unpack(ReadOnlySpan<byte> packed, Span<byte> codes)
    {
        var mask = Vector128.Create((byte)3);
        for (var i = 0; i < Bytes; i += Vector128<byte>.Count)
        {
            var run = codes[((i / 32 * 128) + (i % 32))..];
            var crumbs = Vector128.Create(packed[i..]);
            (crumbs & mask).CopyTo(run);
            ((crumbs >> 2) & mask).CopyTo(run[32..]);
            ((crumbs >> 4) & mask).CopyTo(run[64..]);
            (crumbs >> 6).CopyTo(run[96..]);
        }
    }
}
