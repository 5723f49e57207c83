using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

public sealed class GgufRoundTripTests
{
    internal static GgufMetadata AllValueTypes { get; } = new GgufMetadata.Builder()
        .Set("general.architecture", GgufValue.Of("llama"))
        .Set("u8", GgufValue.Of((byte)200)).Set("i8", GgufValue.Of((sbyte)-100)).Set("u16", GgufValue.Of((ushort)60000)).Set("i16", GgufValue.Of((short)-30000))
        .Set("u32", GgufValue.Of(4000000000u)).Set("i32", GgufValue.Of(-2000000000)).Set("f32", GgufValue.Of(1e-5f)).Set("bool", GgufValue.Of(true))
        .Set("u64", GgufValue.Of(ulong.MaxValue)).Set("i64", GgufValue.Of(long.MinValue)).Set("f64", GgufValue.Of(Math.PI))
        .Set("bytes that are no text", GgufValue.Of(new GgufString(new byte[] { 0xFF, 0x00, 0xC3 })))
        .Set("a.u8", GgufValue.OfArray(new byte[] { 1, 2 })).Set("a.i8", GgufValue.OfArray(new sbyte[] { -1 }))
        .Set("a.u16", GgufValue.OfArray(new ushort[] { 1, 65535 }))
        .Set("a.i16", GgufValue.OfArray(new short[] { -2 })).Set("a.u32", GgufValue.OfArray(new uint[] { 7, 8 }))
        .Set("a.i32", GgufValue.OfArray(new[] { -7, 8 }))
        .Set("a.f32", GgufValue.OfArray(Enumerable.Range(0, 40_000).Select(i => (float)i).ToArray())).Set("a.bool", GgufValue.OfArray(new[] { true, false }))
        .Set("a.u64", GgufValue.OfArray(new[] { 1ul })).Set("a.i64", GgufValue.OfArray(new[] { -1L })).Set("a.f64", GgufValue.OfArray(new[] { 0.1 }))
        .Set("a.str", GgufValue.OfStrings(Enumerable.Range(0, 9000).Select(i => $"token {i}").Append(new string('x', 100_000))))
        .Set("a.empty", GgufValue.OfArray(Array.Empty<GgufString>()))
        .Set("a.a", GgufValue.OfArray(new[] { GgufValue.OfArray(new[] { 1, 2 }), GgufValue.OfStrings(["a"]),
            GgufValue.OfArray(new[] { GgufValue.OfArray(new[] { 3.5f }) }) }))
        .Build();

    public static TheoryData<bool, int> Variants => new(from bigEndian in new[] { false, true } from threads in new[] { 1, 2, 5 } select (bigEndian, threads));

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task A_written_model_reads_back_equal(bool bigEndian, int threads)
    {
        using var folder = new TemporaryFolder();
        var model = new MemoryModel(AllValueTypes, EveryTensorType());
        await GgufModelWriter.WriteFileAsync(model, folder["m.gguf"], new() { BigEndian = bigEndian, Threads = threads },
            cancellationToken: TestContext.Current.CancellationToken);

        using var file = await GgufFile.OpenAsync(folder["m.gguf"], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["m.gguf"], folder.Names);
        Assert.Equal(3, file.Version);
        Assert.Equal(bigEndian, file.IsBigEndian);
        Assert.Equal(Describe(model.Metadata), Describe(file.Metadata));
        Assert.Equal(model.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)}"),
            file.Tensors.Select(tensor => $"{tensor.Name} {tensor.Type} {string.Join('x', tensor.Shape)}"));
        for (var i = 0; i < model.Tensors.Length; i++)
        {
            var tensor = model.Tensors[i];
            var expected = new byte[tensor.ByteLength];
            var actual = new byte[tensor.ByteLength];
            model.ReadRows(i, 0, expected);
            file.ReadRows(i, 0, actual);
            Assert.True(expected.AsSpan().SequenceEqual(actual), tensor.Name);
            var last = new byte[tensor.RowBytes];
            file.ReadRows(i, tensor.Rows - 1, last);
            Assert.True(expected.AsSpan()[^last.Length..].SequenceEqual(last), tensor.Name);
            Assert.Equal(0, file.Locations[i].Offset % 32);
        }
    }

    [Fact]
    public async Task A_file_that_is_written_again_has_the_same_bytes()
    {
        foreach (var path in Goldens.Files("packer/gguf", "*.gguf"))
        {
            using var file = await GgufFile.OpenAsync(path, cancellationToken: TestContext.Current.CancellationToken);
            using var copy = new MemoryStream();
            await GgufModelWriter.WriteAsync(file, copy, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), copy.ToArray());
        }
    }

    [Fact]
    public async Task Plain_numbers_of_a_big_endian_file_are_swapped_and_blocks_are_not()
    {
        var model = new MemoryModel(GgufMetadata.Empty, Tensor("f32", TensorType.F32, 1), Tensor("f16", TensorType.F16, 1),
            Tensor("bf16", TensorType.BF16, 1), Tensor("q8_0", TensorType.Q8_0, 32));
        using var stream = new MemoryStream();
        await GgufModelWriter.WriteAsync(model, stream, new() { BigEndian = true }, cancellationToken: TestContext.Current.CancellationToken);

        var layout = GgufLayout.Create(model.Metadata, model.Tensors, bigEndian: true);
        byte[] At(int index, int count) => stream.ToArray().AsSpan((int)(layout.DataOffset + layout.TensorOffsets[index]), count).ToArray();
        Assert.Equal([3, 2, 1, 0], At(0, 4));
        Assert.Equal([1, 0], At(1, 2));
        Assert.Equal([0, 1], At(2, 2));
        Assert.Equal([0, 1, 2, 3], At(3, 4));

        static (TensorInfo, byte[]) Tensor(string name, TensorType type, long columns)
        {
            var info = new TensorInfo(name, type, [columns]);
            return (info, [.. Enumerable.Range(0, (int)info.ByteLength).Select(i => (byte)i)]);
        }
    }

    internal static IEnumerable<(TensorInfo, byte[])> EveryTensorType() =>
        Enum.GetValues<TensorType>().Select((type, i) => MemoryModel.Random(i, $"t.{type}", type, 256, 3 + i))
            .Append(MemoryModel.Random(1, "large", TensorType.F16, 1000, 3001))
            .Append(MemoryModel.Random(2, "scalar", TensorType.F32))
            .Append(MemoryModel.Random(3, "deep", TensorType.F32, 3, 5, 7, 2));

    internal static IEnumerable<string> Describe(IEnumerable<KeyValuePair<string, GgufValue>> metadata) =>
        metadata.Select(entry => $"{entry.Key} = {Describe(entry.Value)}");

    private static string Describe(GgufValue value) => value.Raw switch
    {
        GgufValue[] nested => $"[{string.Join(", ", nested.Select(Describe))}]",
        GgufString text => $"{value.Type} {Convert.ToHexString(text.Bytes)}",
        GgufString[] texts => $"{value.ElementType}[{string.Join(", ", texts.Select(text => Convert.ToHexString(text.Bytes)))}]",
        Array array => $"{value.ElementType}[{string.Join(", ", array.Cast<object>())}]",
        var scalar => $"{value.Type} {scalar}",
    };
}
