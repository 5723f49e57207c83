using System.Globalization;
using System.Runtime.InteropServices;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing.LlamaCpp;

namespace GGUFPacker.Gguf.Tests.Quantization;

/// <summary>
/// Random tensors through our kernels, of every width, and those of the real llama.cpp: the same bytes, the same verdict on them, the same floats back.
/// Where ours refuse a tensor the real ones would end the process, and are not asked.
/// </summary>
[Trait("Category", "RealParts")]
public sealed class DifferentialTests
{
    private const string CountVariable = "GGUFPACKER_DIFFERENTIAL_COUNT";
    private const string SeedVariable = "GGUFPACKER_DIFFERENTIAL_SEED";
    private const int DefaultCount = 200;

    // The grid types refuse numbers that are too large for their scales; one is enough in a tensor.
    private const int MostRefused = 20;

    private static readonly Lazy<LlamaQuantizer?> Reference = new(() => LlamaFolder.Path is { } folder ? new LlamaQuantizer(folder) : null);
    private static readonly TensorType[] KnownTypes = [.. Enum.GetValues<TensorType>().Where(RowKernels.IsKnown)];

    public static TheoryData<TensorType> Types() => [.. KnownTypes];

    [Theory]
    [MemberData(nameof(Types))]
    public void Random_tensors_become_what_the_real_library_makes_of_them(TensorType type)
    {
        Assert.SkipWhen(Reference.Value is null, $"{LlamaFolder.Variable} does not name a folder with llama.cpp's libraries.");
        var count = (Number(CountVariable, DefaultCount) + KnownTypes.Length - 1) / KnownTypes.Length;
        var seed = Number(SeedVariable, 1);
        var compared = 0;
        var refused = 0;
        for (var i = 0; compared < count; i++)
        {
            var isCompared = TryCompare(type, new RandomTensor(HashCode(seed, (int)type, i)), out var difference);
            Assert.True(difference is null, $"{type}, tensor {i} of {SeedVariable}={seed}: {difference}");
            compared += isCompared ? 1 : 0;
            refused += isCompared ? 0 : 1;
            Assert.True(refused <= MostRefused * count, $"{refused} tensors were refused, {compared} compared.");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{type}: {compared} tensors compared, {refused} refused");
    }

    // False if our kernel refuses the numbers.
    private static bool TryCompare(TensorType type, RandomTensor random, out string? difference)
    {
        difference = null;
        var rows = 1 + random.Below(4);
        var columns = (1 + random.Below(type.BlockLength == 256 ? 7 : 40)) * type.BlockLength;
        var source = random.Elements(rows * columns);
        var use = RowKernels.Importance(type);
        float[] importance = use == ImportanceUse.Required || random.Below(2) == 0 ? random.Importance(columns) : [];
        var expected = new byte[type.RowBytes(columns) * rows];
        var actual = new byte[expected.Length];
        try
        {
            RowKernels.Quantize(type, source, importance, actual, KernelWidth.Scalar);
        }
        catch (ArithmeticException)
        {
            return false;
        }

        Reference.Value!.Quantize((int)type, source, importance, expected, columns);
        var shape = $"{rows} rows of {columns}{(importance.Length > 0 ? " with an importance" : "")}";
        foreach (var width in Enum.GetValues<KernelWidth>())
        {
            if (width != KernelWidth.Scalar)
            {
                RowKernels.Quantize(type, source, importance, actual, width);
            }

            if (actual.AsSpan().CommonPrefixLength(expected) is var same && same < actual.Length)
            {
                difference = $"{shape}, {width}: byte {same} is {actual[same]:x2}, not {expected[same]:x2}.";
                return true;
            }
        }

        if (RowValidation.FindInvalid(type, expected) < 0 != Reference.Value.IsValid((int)type, expected))
        {
            difference = $"{shape}: only one of the two finds the result valid.";
        }
        else if (type != TensorType.F32)
        {
            difference = CompareFloats(type, expected, source.Length) is { } text ? $"{shape}: {text}" : null;
        }

        return true;
    }

    private static string? CompareFloats(TensorType type, byte[] blocks, int count)
    {
        var actual = new float[count];
        var expected = new float[count];
        RowKernels.Dequantize(type, blocks, actual);
        Reference.Value!.Dequantize((int)type, blocks, expected);
        for (var i = 0; i < count; i++)
        {
            // Which NaN comes out depends on the order of operands.
            if (BitConverter.SingleToInt32Bits(actual[i]) != BitConverter.SingleToInt32Bits(expected[i]) && !(float.IsNaN(actual[i]) && float.IsNaN(expected[i])))
            {
                return string.Create(CultureInfo.InvariantCulture, $"element {i} comes back as {actual[i]:g9}, not {expected[i]:g9}.");
            }
        }

        return null;
    }

    // System.HashCode differs from run to run.
    private static int HashCode(int seed, int type, int number)
    {
        Span<int> parts = [seed, type, number];
        var hash = 14695981039346656037UL;
        foreach (var value in MemoryMarshal.AsBytes(parts))
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        return (int)(hash >> 32) & int.MaxValue;
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
