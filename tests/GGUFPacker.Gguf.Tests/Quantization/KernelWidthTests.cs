using System.Runtime.InteropServices;
using System.Text.Json;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization;

/// <summary>Every width of every kernel gives the scalar kernel's bytes, at lengths around what its lanes take at once.</summary>
[ReadsGoldens]
public sealed class KernelWidthTests
{
    private static readonly KernelWidth[] Widths = [KernelWidth.Vector128, KernelWidth.Vector256, KernelWidth.Vector512];

    // Kind of numbers: how the generator of goldens/quant makes them.
    private static readonly Dictionary<string, string> Inputs = new(StringComparer.Ordinal)
    {
        ["ordinary"] = """{"k": "gauss", "s": 71, "a": "3ca3d70a"}""",
        ["halves"] = """{"k": "half", "s": 72}""",
        ["any finite bits"] = """{"k": "raw", "s": 73}""",
        ["subnormal"] = """{"k": "sub", "s": 74}""",
        ["zero"] = """{"k": "const", "a": "00000000"}""",
        ["negative zero"] = """{"k": "const", "a": "80000000"}""",
        ["constant"] = """{"k": "const", "a": "3ebd70a4"}""",
        ["negative constant"] = """{"k": "const", "a": "bfc00000"}""",
        ["positive"] = """{"k": "abs", "s": 75, "a": "3dcccccd"}""",
        ["negative"] = """{"k": "abs", "s": 76, "a": "3dcccccd", "neg": 1}""",
        ["both signs of one magnitude"] = """{"k": "signs", "s": 77, "a": "3e800000"}""",
        ["few values"] = """{"k": "grid", "s": 78, "a": "3e000000", "m": 7, "o": 3}""",
        ["ternary"] = """{"k": "ternary", "s": 79, "a": "3f666666"}""",
        ["many magnitudes"] = """{"k": "expo", "s": 80}""",
        ["magnitudes by block"] = """{"k": "block", "s": 81, "a": "3dcccccd", "m": 32}""",
        ["zero sub-blocks"] = """{"k": "zblock", "s": 82, "a": "3dcccccd", "m": 16}""",
        ["zero blocks"] = """{"k": "zblock", "s": 83, "a": "3dcccccd", "m": 256}""",
        ["sparse"] = """{"k": "sparse", "s": 84, "a": "3dcccccd"}""",
        ["outliers"] = """{"k": "gauss", "s": 85, "a": "3ca3d70a", "every": [[256, 77, "41000000"]]}""",
        ["huge"] = """{"k": "gauss", "s": 86, "a": "7d800000"}""",
        ["tiny"] = """{"k": "gauss", "s": 87, "a": "0d800000"}""",
        ["next to the smallest"] = """{"k": "gauss", "s": 88, "a": "26901d7d"}""",
        ["close together"] = """{"k": "grid", "s": 89, "a": "33800000", "m": 3, "o": -16777216}""",
        ["negative and close together"] = """{"k": "grid", "s": 90, "a": "33800000", "m": 5, "o": 16777216}""",
        ["a NaN in some blocks"] = """{"k": "gauss", "s": 91, "every": [[800, 300, "7fc00000"]]}""",
        ["infinities in some blocks"] = """{"k": "gauss", "s": 92, "every": [[800, 300, "7f800000"], [1312, 5, "ff800000"]]}""",
        ["the largest float"] = """{"k": "gauss", "s": 93, "every": [[800, 300, "7f7fffff"], [1312, 5, "ff7fffff"]]}""",
    };

    private const string Squares = """{"k": "square", "s": 94}""";

    // As Inputs; some are no weights that a matrix should have.
    private static readonly Dictionary<string, string> Importances = new(StringComparer.Ordinal)
    {
        ["squares"] = """{"k": "square", "s": 101}""",
        ["ones"] = """{"k": "const"}""",
        ["zeros"] = """{"k": "const", "a": "00000000"}""",
        ["some zero blocks"] = """{"k": "bsparse", "s": 102, "m": 32}""",
        ["many magnitudes"] = """{"k": "wexp", "s": 103}""",
        ["both signs"] = """{"k": "gauss", "s": 104}""",
        ["huge"] = """{"k": "abs", "s": 105, "a": "7d800000"}""",
        ["tiny"] = """{"k": "abs", "s": 106, "a": "0d800000"}""",
        ["subnormal"] = """{"k": "sub", "s": 107}""",
        ["a NaN"] = """{"k": "square", "s": 108, "every": [[512, 9, "7fc00000"]]}""",
    };

    public static TheoryData<string, string> WeightedCases()
    {
        var data = new TheoryData<string, string>();
        foreach (var type in Enum.GetValues<TensorType>().Where(IsSearchedAcrossBlocks))
        {
            foreach (var name in Importances.Keys)
            {
                data.Add(type.ToString(), name);
            }
        }

        return data;
    }

    public static TheoryData<string, string, bool> Cases()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var type in Enum.GetValues<TensorType>().Where(RowKernels.IsKnown))
        {
            foreach (var name in Inputs.Keys)
            {
                if (RowKernels.Importance(type) != ImportanceUse.Required)
                {
                    data.Add(type.ToString(), name, false);
                }

                if (RowKernels.Importance(type) != ImportanceUse.Ignored)
                {
                    data.Add(type.ToString(), name, true);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_width_gives_the_scalar_kernels_bytes(string typeName, string input, bool hasImportance)
    {
        var type = Enum.Parse<TensorType>(typeName);
        var length = Math.Max(type.BlockLength, 4);

        // The searches of the K-quants take up to four blocks at once; the other block kernels take one; the halves take up to 32 numbers.
        var counts = type.BlockLength == 256 ? (int[])[0, 1, 2, 3, 5, 9] : [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17];
        var source = Generate(Inputs[input], counts[^1] * length);
        var importance = Generate(Squares, hasImportance ? source.Length : 0);
        foreach (var blocks in counts)
        {
            var elements = blocks * length;
            var row = hasImportance ? importance.AsSpan(0, Math.Max(elements, length)) : [];
            var (expected, refusal) = Quantize(type, source.AsSpan(0, elements), row, KernelWidth.Scalar);
            foreach (var width in Widths)
            {
                var (actual, actualRefusal) = Quantize(type, source.AsSpan(0, elements), row, width);
                Assert.True(refusal == actualRefusal, $"{width}, {blocks} blocks: {actualRefusal ?? "not refused"}");
                if (refusal == null)
                {
                    var same = actual.AsSpan().CommonPrefixLength(expected);
                    Assert.True(same == actual.Length, $"{width}, {blocks} blocks: byte {same} differs.");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_call_over_many_blocks_gives_the_bytes_of_a_call_for_each(string typeName, string input, bool hasImportance)
    {
        var type = Enum.Parse<TensorType>(typeName);
        var length = Math.Max(type.BlockLength, 8);
        var source = Generate(Inputs[input], 9 * length);
        var importance = Generate(Squares, hasImportance ? length : 0);
        var (whole, refusal) = Quantize(type, source, importance, RowKernels.Fastest);
        var isRefused = false;
        for (var block = 0; block < 9; block++)
        {
            var (bytes, blockRefusal) = Quantize(type, source.AsSpan(block * length, length), importance, RowKernels.Fastest);
            isRefused |= blockRefusal != null;
            if (refusal == null)
            {
                Assert.Equal(whole[(block * bytes.Length)..((block + 1) * bytes.Length)], bytes);
            }
        }

        Assert.Equal(refusal != null, isRefused);
    }

    // Rows of one block to more than lanes take at once, and so many rows that the group's end falls between and inside them.
    [Theory]
    [MemberData(nameof(WeightedCases))]
    public void Each_width_gives_the_scalar_kernels_bytes_with_an_importance(string typeName, string importance)
    {
        var type = Enum.Parse<TensorType>(typeName);
        foreach (var (name, input) in Inputs)
        {
            foreach (var (rows, blocks) in ((int, int)[])[(3, 1), (2, 5), (1, 18)])
            {
                var columns = blocks * type.BlockLength;
                var source = Generate(input, rows * columns);
                var matrix = Generate(Importances[importance], columns);
                var expected = new byte[type.RowBytes(columns) * rows];
                RowKernels.Quantize(type, source, matrix, expected, KernelWidth.Scalar);
                foreach (var width in Widths)
                {
                    var actual = new byte[expected.Length];
                    RowKernels.Quantize(type, source, matrix, actual, width);
                    var same = actual.AsSpan().CommonPrefixLength(expected);
                    Assert.True(same == actual.Length, $"{name}, {width}, {rows} rows of {blocks} blocks: byte {same} differs.");
                }
            }
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RowKernels.Quantize(TensorType.Q4_K, new float[255], [], new byte[144]));
        Assert.Throws<ArgumentException>(() => RowKernels.Quantize(TensorType.Q4_K, new float[256], [], new byte[143]));
        Assert.Throws<ArgumentException>(() => RowKernels.Dequantize(TensorType.Q8_0, new byte[34], new float[31]));
        Assert.Throws<NotSupportedException>(() => RowKernels.Quantize(TensorType.Q8_K, new float[256], [], new byte[292]));
    }

    [Fact]
    public void Floats_pass_unchanged()
    {
        var source = Generate(Inputs["any finite bits"], 100);
        var bytes = new byte[400];
        RowKernels.Quantize(TensorType.F32, source, [], bytes);
        Assert.Equal(MemoryMarshal.AsBytes(source.AsSpan()).ToArray(), bytes);

        var back = new float[100];
        RowKernels.Dequantize(TensorType.F32, bytes, back);
        Assert.Equal(source, back);
    }

    // With an importance. The grid types look at one block at a time.
    private static bool IsSearchedAcrossBlocks(TensorType type) =>
        RowKernels.IsKnown(type) && RowKernels.Importance(type) == ImportanceUse.Optional && !type.ToString().StartsWith("IQ", StringComparison.Ordinal);

    // The bytes, or why there are none: some types refuse numbers that they cannot hold.
    private static (byte[] Bytes, string? Refusal) Quantize(TensorType type, ReadOnlySpan<float> source, ReadOnlySpan<float> importance, KernelWidth width)
    {
        var bytes = new byte[type.RowBytes(source.Length)];
        try
        {
            RowKernels.Quantize(type, source, importance, bytes, width);
            return (bytes, null);
        }
        catch (ArithmeticException exception)
        {
            return (bytes, exception.Message);
        }
    }

    private static float[] Generate(string generator, int count)
    {
        using var document = JsonDocument.Parse(generator);
        return FormulaVectors.Generate(document.RootElement, count);
    }
}
