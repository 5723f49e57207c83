using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization;

/// <summary>goldens/quant/chunks/dequantize.json: what ggml's to_float made of random valid blocks, and of every value of the small types.</summary>
public sealed class DequantizeGoldenTests
{
    // Where a block's half scales are.
    private static readonly Dictionary<TensorType, int[]> ScaleOffsets = new()
    {
        [TensorType.Q1_0] = [0],
        [TensorType.Q2_0] = [0],
        [TensorType.Q4_0] = [0],
        [TensorType.Q5_0] = [0],
        [TensorType.Q8_0] = [0],
        [TensorType.Q4_1] = [0, 2],
        [TensorType.Q5_1] = [0, 2],
        [TensorType.Q2_K] = [80, 82],
        [TensorType.Q3_K] = [108],
        [TensorType.Q4_K] = [0, 2],
        [TensorType.Q5_K] = [0, 2],
        [TensorType.Q6_K] = [208],
        [TensorType.IQ1_S] = [0],
        [TensorType.IQ2_XXS] = [0],
        [TensorType.IQ2_XS] = [0],
        [TensorType.IQ2_S] = [0],
        [TensorType.IQ3_XXS] = [0],
        [TensorType.IQ3_S] = [0],
        [TensorType.TQ1_0] = [52],
        [TensorType.TQ2_0] = [64],
        [TensorType.IQ4_NL] = [0],
        [TensorType.IQ4_XS] = [0],
        [TensorType.MXFP4] = [],
        [TensorType.NVFP4] = [],
    };

    public static TheoryData<string> Types() => ChunkGoldens.Exists("dequantize")
        ? [.. ChunkGoldens.Read("dequantize").GetProperty("types").EnumerateArray().Select(entry => entry.GetProperty("type").GetString()!)]
        : [];

    public static TheoryData<string> Exhaustive() => ChunkGoldens.Exists("dequantize") && ChunkGoldens.Read("dequantize").TryGetProperty("exhaustive", out var entries)
        ? [.. entries.EnumerateObject().Select(entry => entry.Name)]
        : [];

    [Theory]
    [GoldenData(nameof(Types))]
    public void Random_blocks_give_the_recorded_floats(string typeName)
    {
        Assert.True(TensorTypes.TryParse(typeName, out var type));
        if (!RowKernels.IsKnown(type))
        {
            Assert.Skip($"Dequantizing {typeName} is not there yet.");
        }

        var entry = ChunkGoldens.Read("dequantize").GetProperty("types").EnumerateArray().Single(e => e.GetProperty("type").GetString() == typeName);
        var bytes = RandomBlocks(type, entry.GetProperty("seed").GetUInt64(), entry.GetProperty("blocks").GetInt32());
        Assert.Equal(entry.GetProperty("bytes_sha256").GetString(), ChunkGoldens.Hash(bytes));

        foreach (var sample in entry.GetProperty("samples").EnumerateArray())
        {
            Assert.Equal(sample.GetProperty("floats").GetString(), Convert.ToHexStringLower(Dequantize(type, Convert.FromHexString(sample.GetProperty("bytes").GetString()!))));
        }

        Assert.Equal(entry.GetProperty("floats_sha256").GetString(), ChunkGoldens.Hash(Dequantize(type, bytes)));
    }

    [Theory]
    [GoldenData(nameof(Exhaustive))]
    public void Every_value_gives_the_recorded_floats(string name)
    {
        var entry = ChunkGoldens.Read("dequantize").GetProperty("exhaustive").GetProperty(name);
        switch (name)
        {
            case "F16" or "BF16":
                CheckAllHalves(name == "F16" ? TensorType.F16 : TensorType.BF16, entry);
                break;
            case "from_float":
                CheckFromFloat(TensorType.F16, entry);
                CheckFromFloat(TensorType.BF16, entry);
                break;
            case "MXFP4":
                Check(entry, "sha256", Dequantize(TensorType.MXFP4, AllExponents()));
                break;
            case "NVFP4":
                var blocks = AllNVFP4Scales();
                Check(entry, "bytes_sha256", blocks);
                Check(entry, "sha256", Dequantize(TensorType.NVFP4, blocks));
                break;
            case "mxfp4_exponent":
                var magnitudes = NumbersBelowPowersOfTwo();
                Assert.Equal(entry.GetProperty("count").GetInt32(), magnitudes.Length);
                CheckFirstBytes(entry, TensorType.MXFP4, magnitudes);
                break;
            case "nvfp4_scale":
                CheckFirstBytes(entry, TensorType.NVFP4, [.. Enumerable.Range(0, entry.GetProperty("count").GetInt32()).Select(half => (float)BitConverter.UInt16BitsToHalf((ushort)half))]);
                break;
            default:
                Assert.Skip($"{name} is not there yet.");
                break;
        }
    }

    private static void CheckAllHalves(TensorType type, JsonElement entry)
    {
        var bytes = new byte[65536 * 2];
        for (var i = 0; i < 65536; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), (ushort)i);
        }

        var floats = Dequantize(type, bytes);
        Assert.Equal(entry.GetProperty("all_65536_sha256_raw").GetString(), ChunkGoldens.Hash(floats));

        var values = MemoryMarshal.Cast<byte, float>(floats.AsSpan());
        var count = 0;
        foreach (ref var value in values)
        {
            if (float.IsNaN(value))
            {
                count++;
                value = BitConverter.UInt32BitsToSingle(0x7FC00000);
            }
        }

        Assert.Equal(entry.GetProperty("nan_count").GetInt32(), count);
        Assert.Equal(entry.GetProperty("all_65536_sha256_nan_as_7fc00000").GetString(), ChunkGoldens.Hash(floats));
    }

    private static void CheckFromFloat(TensorType type, JsonElement entry)
    {
        var input = entry.GetProperty("in").EnumerateArray().Select(bits => FormulaVectors.FromBits(bits.GetString()!)).ToArray();
        var output = new byte[input.Length * 2];
        RowKernels.Quantize(type, input, [], output);

        var actual = Enumerable.Range(0, input.Length).Select(i => BinaryPrimitives.ReadUInt16LittleEndian(output.AsSpan(i * 2)).ToString("x4", CultureInfo.InvariantCulture));
        Assert.Equal(entry.GetProperty(type.ToString()).EnumerateArray().Select(e => e.GetString()!), actual);
    }

    // A block for each exponent with every code in both halves of its bytes.
    private static byte[] AllExponents() =>
        [.. Enumerable.Range(0, 256).SelectMany(e => Enumerable.Range(0, 16).Select(j => (byte)(j | (((j + 1) & 15) << 4))).Prepend((byte)e))];

    private static byte[] AllNVFP4Scales() =>
        [.. Enumerable.Range(0, 64).SelectMany(i => Enumerable.Range(4 * i, 4).Select(scale => (byte)scale)
            .Concat(Enumerable.Range(0, 32).Select(j => (byte)((j & 15) | ((((7 * j) + 3) & 15) << 4)))))];

    private static float[] NumbersBelowPowersOfTwo() =>
        [.. Enumerable.Range(-149, 277).Select(k => BitConverter.SingleToInt32Bits(MathF.ScaleB(1, k)))
            .SelectMany(power => Enumerable.Range(0, 65).Select(distance => BitConverter.Int32BitsToSingle(Math.Max(0, power - distance))))];

    // The scale bytes of blocks that have one number and are otherwise zero.
    private static void CheckFirstBytes(JsonElement entry, TensorType type, float[] numbers)
    {
        var floats = new float[numbers.Length * type.BlockLength];
        for (var i = 0; i < numbers.Length; i++)
        {
            floats[i * type.BlockLength] = numbers[i];
        }

        foreach (var width in Enum.GetValues<KernelWidth>())
        {
            var blocks = new byte[numbers.Length * type.BlockBytes];
            RowKernels.Quantize(type, floats, [], blocks, width);
            Check(entry, "sha256", [.. blocks.Where((_, at) => at % type.BlockBytes == 0)]);
        }
    }

    private static void Check(JsonElement entry, string property, byte[] bytes) => Assert.Equal(entry.GetProperty(property).GetString(), ChunkGoldens.Hash(bytes));

    private static byte[] Dequantize(TensorType type, byte[] blocks)
    {
        var floats = new float[blocks.Length / type.BlockBytes * type.BlockLength];
        RowKernels.Dequantize(type, blocks, floats);
        return MemoryMarshal.AsBytes(floats.AsSpan()).ToArray();
    }

    // Random bytes whose scales are made ordinary halves, as goldens/quant/README.md says.
    private static byte[] RandomBlocks(TensorType type, ulong seed, int blocks)
    {
        var isHalf = type is TensorType.F16 or TensorType.BF16;
        var bytes = new byte[blocks * (isHalf ? 64 : type.BlockBytes)];
        for (var j = 0; j < bytes.Length; j++)
        {
            bytes[j] = (byte)(FormulaVectors.Random(seed, (ulong)j / 8) >> (j % 8 * 8));
        }

        if (isHalf)
        {
            var exponent = type == TensorType.F16 ? 0x7C00 : 0x7F80;
            foreach (ref var value in MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan()))
            {
                value = (value & exponent) == exponent ? (ushort)(value ^ 0x4000) : value;
            }

            return bytes;
        }

        for (var start = 0; start < bytes.Length; start += type.BlockBytes)
        {
            if (type == TensorType.IQ1_M)
            {
                // Its scale lies in four nibbles; the highest has the exponent's upper bits.
                bytes[start + 55] = (byte)((bytes[start + 55] & 0x0F) | 0x30);
                continue;
            }

            if (type == TensorType.MXFP4)
            {
                bytes[start] = (byte)(100 + (bytes[start] % 41));
            }

            foreach (var offset in ScaleOffsets[type])
            {
                var scale = bytes.AsSpan(start + offset);
                var h = BinaryPrimitives.ReadUInt16LittleEndian(scale);
                BinaryPrimitives.WriteUInt16LittleEndian(scale, (ushort)((h & 0x83FF) | ((8 + ((h >> 10) & 7)) << 10)));
            }
        }

        return bytes;
    }
}
