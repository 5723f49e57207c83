using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GGUFPacker.Gguf.Quantization.Lanes;

/// <summary>Turns runs that lie one after another into lanes: afterwards element i of run r is at i * stride + r.</summary>
internal static unsafe class Transposition
{
    /// <summary>Transposes <paramref name="lanes"/> runs of <paramref name="length"/> elements; both are multiples of four.</summary>
    public static void ToLanes(float* source, int lanes, int length, float* destination) => ToLanes(source, lanes, length, destination, lanes);

    /// <summary>Transposes <paramref name="lanes"/> runs of <paramref name="length"/> elements; both are multiples of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToLanes(float* source, int lanes, int length, float* destination, int stride)
    {
        for (var s = 0; s < lanes; s += 4)
        {
            var row = source + (s * length);
            for (var i = 0; i < length; i += 4)
            {
                Tile(row + i, length, destination + (i * stride) + s, stride);
            }
        }
    }

    // Four rows of four elements, each row `sourceStride` further, become four columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile(float* source, int sourceStride, float* destination, int destinationStride)
    {
        if (Sse.IsSupported)
        {
            var a = Vector128.Load(source);
            var b = Vector128.Load(source + sourceStride);
            var c = Vector128.Load(source + (2 * sourceStride));
            var d = Vector128.Load(source + (3 * sourceStride));
            var abLow = Sse.UnpackLow(a, b);
            var abHigh = Sse.UnpackHigh(a, b);
            var cdLow = Sse.UnpackLow(c, d);
            var cdHigh = Sse.UnpackHigh(c, d);
            Sse.MoveLowToHigh(abLow, cdLow).Store(destination);
            Sse.MoveHighToLow(cdLow, abLow).Store(destination + destinationStride);
            Sse.MoveLowToHigh(abHigh, cdHigh).Store(destination + (2 * destinationStride));
            Sse.MoveHighToLow(cdHigh, abHigh).Store(destination + (3 * destinationStride));
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            var a = Vector128.Load(source);
            var b = Vector128.Load(source + sourceStride);
            var c = Vector128.Load(source + (2 * sourceStride));
            var d = Vector128.Load(source + (3 * sourceStride));
            var acLow = AdvSimd.Arm64.ZipLow(a, c);
            var acHigh = AdvSimd.Arm64.ZipHigh(a, c);
            var bdLow = AdvSimd.Arm64.ZipLow(b, d);
            var bdHigh = AdvSimd.Arm64.ZipHigh(b, d);
            AdvSimd.Arm64.ZipLow(acLow, bdLow).Store(destination);
            AdvSimd.Arm64.ZipHigh(acLow, bdLow).Store(destination + destinationStride);
            AdvSimd.Arm64.ZipLow(acHigh, bdHigh).Store(destination + (2 * destinationStride));
            AdvSimd.Arm64.ZipHigh(acHigh, bdHigh).Store(destination + (3 * destinationStride));
        }
        else
        {
            for (var s = 0; s < 4; s++)
            {
                for (var i = 0; i < 4; i++)
                {
                    destination[(i * destinationStride) + s] = source[(s * sourceStride) + i];
                }
            }
        }
    }
}
