using System.Text;
using GGUFPacker.Build.Images;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Build.Tests.Images;

public sealed class GgufParsedJsonTests
{
    public static TheoryData<string> Files => [.. Goldens.Files("packer/gguf", "*.gguf").Select(path => Path.GetFileName(path))];

    [Theory]
    [GoldenData(nameof(Files))]
    public void The_bytes_are_gguf_parsers(string name)
    {
        using var file = GgufFile.Open(Goldens.Path("packer", "gguf", name));

        Assert.Equal(File.ReadAllText(Goldens.Path("packer", "gguf-raw", name + ".json")), Encoding.UTF8.GetString(GgufParsedJson.Write(file)));
    }

    [Fact]
    public async Task Each_value_type_is_written_as_Go_would()
    {
        var metadata = new GgufMetadata.Builder()
            .Set("u8", GgufValue.Of((byte)255)).Set("i8", GgufValue.Of((sbyte)-1)).Set("u16", GgufValue.Of((ushort)1)).Set("i16", GgufValue.Of((short)-2))
            .Set("u32", GgufValue.Of(3u))
            .Set("i32", GgufValue.Of(-4)).Set("f32", GgufValue.Of(0.1f)).Set("small", GgufValue.Of(1.5e-7f)).Set("bool", GgufValue.Of(true))
            .Set("u64", GgufValue.Of(ulong.MaxValue))
            .Set("f64", GgufValue.Of(1e21)).Set("nan", GgufValue.Of(float.NaN)).Set(" key ", GgufValue.Of(" <a&b>\u2028\t\b\"\u00a0 "))
            .Set("invalid", GgufValue.Of(new GgufString(new byte[] { (byte)'a', 0xE2, 0x82, (byte)'b' })))
            .Set("array", GgufValue.OfArray(new[] { 1, 2 })).Build();

        var raw = await Parse(metadata, reparsed: false);
        var reparsed = await Parse(metadata, reparsed: true);

        string[] numbers =
        [
            """{"key":"u8","valueType":0,"value":255}""", """{"key":"i8","valueType":1,"value":-1}""", """{"key":"u16","valueType":2,"value":1}""",
            """{"key":"i16","valueType":3,"value":-2}""", """{"key":"u32","valueType":4,"value":3}""", """{"key":"i32","valueType":5,"value":-4}""",
            """{"key":"f32","valueType":6,"value":0.1}""", """{"key":"small","valueType":6,"value":1.5e-7}""", """{"key":"bool","valueType":7,"value":true}""",
            """{"key":"u64","valueType":10,"value":18446744073709551615}""", """{"key":"f64","valueType":12,"value":1e+21}""",
            """{"key":"nan","valueType":6,"value":null}""",
        ];
        Assert.Contains(string.Join(',', numbers), raw, StringComparison.Ordinal);
        Assert.Contains("""{"key":"key","valueType":8,"value":"\u003ca\u0026b\u003e\u2028\t\u0008\""}""", raw, StringComparison.Ordinal);
        Assert.Contains("""{"key":"invalid","valueType":8,"value":"a\ufffd\ufffdb"}""", raw, StringComparison.Ordinal);
        Assert.Matches("""\{"key":"array","valueType":9,"value":\{"type":5,"len":2,"startOffset":\d+,"size":8\}\}""", raw);
        Assert.Contains("\"value\":18446744073709552000", reparsed, StringComparison.Ordinal);
        Assert.Contains("\"value\":\"a\uFFFD\uFFFDb\"", reparsed, StringComparison.Ordinal);
        Assert.Matches("""\{"key":"array","valueType":9,"value":\{"len":2,"size":8,"startOffset":\d+,"type":5\}\}""", reparsed);
    }

    [Fact]
    public async Task The_parts_of_a_split_model_are_one()
    {
        var folder = Directory.CreateTempSubdirectory("ggufpacker ");
        var metadata = new GgufMetadata.Builder().Set("general.architecture", GgufValue.Of("llama")).Build();
        var model = new MemoryModel(metadata, MemoryModel.Random(1, "a", TensorType.F32, 4), MemoryModel.Random(2, "b", TensorType.F16, 4));
        var paths = await GgufModelWriter.WriteSplitAsync(model, GgufSplitPlan.Create(model.Tensors, 1), Path.Combine(folder.FullName, "m"),
            cancellationToken: TestContext.Current.CancellationToken);
        using (var file = GgufFile.Open(paths[0]))
        {
            var json = Encoding.UTF8.GetString(GgufParsedJson.Write(file));
            var sizes = file.Parts.Select(part => part.Length).ToArray();
            Assert.Contains("\"tensorCount\":2,\"metadataKVCount\":5,", json, StringComparison.Ordinal);
            Assert.DoesNotContain("split.no", json, StringComparison.Ordinal);
            Assert.Contains("\"padding\":0,\"splitPaddings\":[", json, StringComparison.Ordinal);
            Assert.EndsWith(
                $"\"size\":{sizes.Sum()},\"splitSizes\":[{sizes[0]},{sizes[1]}],\"modelSize\":64,\"splitModelSizes\":[32,32],"
                + "\"modelParameters\":8,\"modelBitsPerWeight\":64}\n",
                json,
                StringComparison.Ordinal);
        }

        folder.Delete(recursive: true);
    }

    private static async Task<string> Parse(GgufMetadata metadata, bool reparsed)
    {
        var path = Path.GetTempFileName();
        await GgufModelWriter.WriteFileAsync(new MemoryModel(metadata), path, cancellationToken: TestContext.Current.CancellationToken);
        using var file = GgufFile.Open(path);
        var writer = new GoJsonWriter();
        GgufParsedJson.Write(writer, file, GgufSummary.Of(file), reparsed);
        File.Delete(path);
        return Encoding.UTF8.GetString(writer.Written.Span);
    }
}
