using System.Runtime.InteropServices;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Pickle;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Pickle;

[ReadsGoldens]
public sealed class PyTorchFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Shape, strides and offset of a view of the numbers 0 to 99, and what it must hold.</summary>
    public static TheoryData<long[], long[], long, float[]> Views => new()
    {
        { [2, 3], [3, 1], 0, [0, 1, 2, 3, 4, 5] },
        { [2, 3], [3, 1], 10, [10, 11, 12, 13, 14, 15] },
        { [3, 2], [1, 3], 0, [0, 3, 1, 4, 2, 5] },
        { [2, 3], [10, 2], 1, [1, 3, 5, 11, 13, 15] },
        { [2, 2, 2], [1, 2, 4], 0, [0, 4, 2, 6, 1, 5, 3, 7] },
        { [2, 2, 2], [4, 1, 2], 0, [0, 2, 1, 3, 4, 6, 5, 7] },
        { [2, 3], [0, 1], 5, [5, 6, 7, 5, 6, 7] },
        { [3, 1], [7, 99], 0, [0, 7, 14] },
        { [4], [0], 3, [3, 3, 3, 3] },
        { [], [], 42, [42] },
        { [0, 5], [5, 1], 0, [] },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void A_view_of_a_storage_is_read_as_its_strides_say(long[] shape, long[] strides, long offset, float[] expected)
    {
        using var file = Open(new PickleWriter().Raw((byte)'}').Text("x").Tensor("FloatStorage", "0", 100, offset, shape, strides).Raw((byte)'s'));

        var tensor = file.Open("x");

        Assert.Equal(shape, tensor.Shape);
        for (var first = 0; first < expected.Length; first++)
        {
            for (var count = 1; first + count <= expected.Length; count++)
            {
                var numbers = new float[count];
                tensor.Read(first, MemoryMarshal.AsBytes(numbers.AsSpan()));
                Assert.Equal(expected[first..(first + count)], numbers);
            }
        }
    }

    [Fact]
    public void Parameters_ordered_dictionaries_and_shared_storages_are_understood()
    {
        var writer = new PickleWriter().Global("collections", "OrderedDict").Raw((byte)')', (byte)'R', (byte)'(')
            .Text("b").Tensor("FloatStorage", "0", 100, 0, [2], [1])
            .Text("a").Global("torch._utils", "_rebuild_parameter").Raw((byte)'(').Tensor("FloatStorage", "0", 100, 0, [2], [1]).Raw(0x88).Raw((byte)'}').Raw((byte)'t', (byte)'R')
            .Raw((byte)'u').Raw((byte)'}').Text("_metadata").Raw((byte)'}', (byte)'s', (byte)'b');

        using var file = Open(writer);

        Assert.Equal(["b", "a"], file.TensorNames);
        Assert.Equal([2], file.Open("a").Shape);
    }

    [Fact]
    public void A_tensor_of_bytes_has_the_type_that_is_told()
    {
        var writer = new PickleWriter().Raw((byte)'}').Text("x").Global("torch._utils", "_rebuild_tensor_v3").Raw((byte)'(')
            .Raw((byte)'(').Text("storage").Global("torch.storage", "UntypedStorage").Text("0").Text("cpu").Number(400).Raw((byte)'t', (byte)'Q')
            .Number(0).Numbers(4).Numbers(1).Raw(0x89).Raw((byte)'}').Global("torch", "float8_e4m3fn").Raw((byte)'}').Raw((byte)'t', (byte)'R').Raw((byte)'s');

        using var file = Open(writer);

        Assert.Equal(ElementType.F8_E4M3, file.Open("x").Type);
    }

    /// <summary>A pickle without its first two and its last byte, and part of the message.</summary>
    public static TheoryData<byte[], string> BrokenPickles => new()
    {
        { "cos\nsystem\nX\u0002\0\0\0ls\u0085R"u8.ToArray(), "refused" },
        { "c__builtin__\neval\n"u8.ToArray(), "__builtin__.eval" },
        { "}"u8.ToArray(), "" },
        { ""u8.ToArray(), "takes a value where none is left" },
        { "N"u8.ToArray(), "no dictionary" },
        { "}K\u0001K\u0002s"u8.ToArray(), "no string" },
        { "}X\u0001\0\0\0aK\u0002s"u8.ToArray(), "'a' is no tensor" },
        { "X\u00FF\0\0\0a"u8.ToArray(), "ends in the middle" },
        { "X\u0001\0\0\u007Fa"u8.ToArray(), "ends in the middle" },
        { "h\u0007"u8.ToArray(), "did not remember" },
        { "t"u8.ToArray(), "mark" },
        { "}(K\u0001u"u8.ToArray(), "without a value" },
        { "Na"u8.ToArray(), "adds items" },
        { "a"u8.ToArray(), "takes a value where none is left" },
        { "NNa"u8.ToArray(), "adds items" },
        { "]NR"u8.ToArray(), "tuple of arguments" },
        { "N)R"u8.ToArray(), "no known name" },
        { "ctorch._utils\n_rebuild_tensor_v2\n)R"u8.ToArray(), "do not fit" },
        { "NQ"u8.ToArray(), "a form that is unknown" },
        { "cno end"u8.ToArray(), "does not end" },
        { "NNb"u8.ToArray(), "sets attributes" },
        { [0x80, 4], "protocol 4" },
        { [0x95, 0, 0, 0, 0, 0, 0, 0, 0], "opcode 0x95" },
        { [0x8A, 9, 1, 1, 1, 1, 1, 1, 1, 1, 1], "beyond 64 bits" },
    };

    [Theory]
    [MemberData(nameof(BrokenPickles))]
    public void A_broken_pickle_is_refused_with_the_file_s_name(byte[] middle, string message)
    {
        var pickle = new PickleWriter().Raw(middle).ToArray();
        if (message.Length == 0)
        {
            Assert.Empty(PyTorchFile.ReadTensors("m.bin", pickle));
            return;
        }

        var exception = Assert.Throws<CheckpointException>(() => PyTorchFile.ReadTensors("m.bin", pickle));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("'m.bin'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(101, 0, 1, "needs 101 numbers")]
    [InlineData(2, 99, 1, "needs 101 numbers")]
    [InlineData(3, 0, 50, "needs 101 numbers")]
    [InlineData(long.MaxValue, 0, 1, "too large")]
    [InlineData(2, 0, long.MaxValue, "too large")]
    [InlineData(1L << 40, 0, 0, "repeats")]
    public void A_view_beyond_its_storage_is_refused(long size, long offset, long stride, string message)
    {
        using var file = Open(new PickleWriter().Raw((byte)'}').Text("x").Tensor("FloatStorage", "0", 100, offset, [size], [stride]).Raw((byte)'s'));

        var exception = Assert.Throws<CheckpointException>(() => file.Open("x"));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("'x'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_that_is_not_there_is_told()
    {
        using var file = Open(new PickleWriter().Raw((byte)'}').Text("x").Tensor("FloatStorage", "7", 100, 0, [1], [1]).Raw((byte)'s'));

        Assert.Contains("model/data/7", Assert.Throws<CheckpointException>(() => file.Open("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_files_are_read_or_refused()
    {
        var random = new Random(5);
        var pickle = new PickleWriter().Global("collections", "OrderedDict").Raw((byte)')', (byte)'R', (byte)'q', 1, (byte)'(')
            .Text("b").Tensor("FloatStorage", "0", 100, 0, [2, 3], [3, 1])
            .Text("a").Tensor("BFloat16Storage", "1", 100, 0, [2], [1]).Raw((byte)'u').ToArray();
        var archive = PickleWriter.Archive(pickle, ("0", new byte[24]), ("1", new byte[4]));
        for (var i = 0; i < 100_000; i++)
        {
            // Most changes hit the pickle; the archive around it needs a file each time.
            if (i % 100 != 0)
            {
                Tolerate(() => PyTorchFile.ReadTensors("m.bin", Mutate(random, pickle)));
                continue;
            }

            _folder.Write("pytorch_model.bin", Mutate(random, archive));
            Tolerate(() =>
            {
                using var file = PyTorchFile.Open(_folder.Files, "pytorch_model.bin");
                foreach (var name in file.TensorNames)
                {
                    file.Open(name);
                }
            });
        }
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Mutate(Random random, byte[] bytes)
    {
        var mutated = bytes.ToArray();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
        }

        return random.Next(4) == 0 ? mutated[..random.Next(mutated.Length)] : mutated;
    }

    private static void Tolerate(Action action)
    {
        try
        {
            action();
        }
        catch (CheckpointException)
        {
            // Refused, as it should be; any other exception fails the test.
        }
    }

    private PyTorchFile Open(PickleWriter pickle)
    {
        var numbers = Enumerable.Range(0, 100).Select(number => (float)number).ToArray();
        _folder.Write("pytorch_model.bin", PickleWriter.Archive(pickle.ToArray(), ("0", MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray())));
        return PyTorchFile.Open(_folder.Files, "pytorch_model.bin");
    }
}
