using System.Diagnostics;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

public sealed class GgufFileTests
{
    public static TheoryData<uint, bool> Versions =>
        new(from version in new[] { 1u, 2u, 3u } from bigEndian in new[] { false, true } select (version, bigEndian));

    [Theory]
    [MemberData(nameof(Versions))]
    public void Each_version_is_read_in_each_byte_order(uint version, bool bigEndian)
    {
        using var folder = new TemporaryFolder();
        var raw = RawGguf.Header(tensors: 1, keys: 2, version, bigEndian)
            .Text("general.architecture").U32(8).Text("llama")
            .Text("tokenizer.ggml.tokens").U32(9).U32(8).Count(2).Text("a").Text("bc")
            .Tensor("token_embd.weight", 0, 0, 2, 3).Align().U32(0x3F800000).Raw(new byte[20]).Align();
        File.WriteAllBytes(folder["m.gguf"], raw.Bytes);

        using var file = GgufFile.Open(folder["m.gguf"]);

        Assert.Equal((int)version, file.Version);
        Assert.Equal(bigEndian, file.IsBigEndian);
        Assert.Equal("llama", file.Metadata.GetString("general.architecture"));
        Assert.True(file.Metadata["tokenizer.ggml.tokens"]!.TryGetArray<GgufString>(out var tokens));
        Assert.Equal(["a", "bc"], tokens.ToArray().Select(token => token.ToString()));
        Assert.Equal([2, 3], file.Tensors[0].Shape);
        var row = new byte[8];
        file.ReadRows(0, 0, row);
        Assert.Equal(1f, BitConverter.ToSingle(row));
    }

    [Fact]
    public void Spans_say_where_values_and_tensor_entries_are()
    {
        var raw = RawGguf.Header(tensors: 1, keys: 2).Text("a").U32(4).U32(7).Text("b").U32(9).U32(5).U64(3);
        var begin = raw.Bytes.Length;
        raw.U32(1).U32(2).U32(3).Tensor("t", 0, 0, 1);

        var header = GgufHeader.Read(new MemoryStream(raw.Bytes), "memory");

        Assert.Equal(new GgufSpan(24 + 9 + 4, 4), header.ValueSpans[0]);
        Assert.Equal(new GgufSpan(begin, 12), header.ValueSpans[1]);
        Assert.Equal(new GgufSpan(begin + 12, raw.Bytes.Length - begin - 12), header.TensorEntrySpans[0]);
        Assert.Equal(raw.Bytes.Length, header.Length);
    }

    [Fact]
    public void A_huge_file_opens_without_its_data_being_read()
    {
        using var folder = new TemporaryFolder();
        var raw = RawGguf.Header(tensors: 2, keys: 0).Tensor("a", 1, 0, 1 << 20, 50_000).Tensor("b", 1, 2ul * (1 << 20) * 50_000, 1, 1).Align();
        using (var stream = File.Create(folder["huge.gguf"]))
        {
            stream.Write(raw.Bytes);
            stream.SetLength(raw.Bytes.Length + (2L * (1 << 20) * 50_000) + 32); // 100 GiB, and sparse
        }

        using var file = GgufFile.Open(folder["huge.gguf"]);
        var last = new byte[2];
        file.ReadRows(1, 0, last);
    }

    [Fact]
    public void Rows_outside_a_tensor_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["m.gguf"], RawGguf.Header(tensors: 1, keys: 0).Tensor("t", 0, 0, 2, 3).Align().Raw(new byte[32]).Bytes);
        using var file = GgufFile.Open(folder["m.gguf"]);

        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows(0, 0, new byte[7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows(0, 2, new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows(0, -1, new byte[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.ReadRows(0, long.MaxValue, new byte[8]));
    }

    [Fact]
    public void A_file_that_became_shorter_is_an_error_that_names_the_tensor()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["m.gguf"], RawGguf.Header(tensors: 1, keys: 0).Tensor("t", 0, 0, 2, 3).Align().Raw(new byte[32]).Bytes);
        using var file = GgufFile.Open(folder["m.gguf"]);
        using (var other = new FileStream(folder["m.gguf"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(file.DataOffset + 4);
        }

        Assert.Contains("'t'", Assert.Throws<GgufException>(() => file.ReadRows(0, 0, new byte[24])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vocabulary_without_padding_opens()
    {
        using var folder = new TemporaryFolder();
        var model = new MemoryModel(new GgufMetadata.Builder().Set("general.architecture", GgufValue.Of("x")).Build());
        await GgufModelWriter.WriteFileAsync(model, folder["v.gguf"], new() { PadHeader = false }, cancellationToken: TestContext.Current.CancellationToken);

        using var file = GgufFile.Open(folder["v.gguf"]);

        Assert.Equal(file.Header.Length, file.Length);
        Assert.Equal(GgufLayout.Align(file.Length, 32), file.DataOffset);
    }

    [Fact]
    public async Task The_alignment_is_the_files_own()
    {
        using var folder = new TemporaryFolder();
        var metadata = new GgufMetadata.Builder().Set("general.alignment", GgufValue.Of(256u)).Build();
        var model = new MemoryModel(metadata, MemoryModel.Random(1, "a", TensorType.F32, 3), MemoryModel.Random(2, "b", TensorType.F32, 3));
        await GgufModelWriter.WriteFileAsync(model, folder["m.gguf"], cancellationToken: TestContext.Current.CancellationToken);

        using var file = GgufFile.Open(folder["m.gguf"]);

        Assert.Equal(256, file.Alignment);
        Assert.All(file.Locations, location => Assert.Equal(0, location.Offset % 256));
        Assert.Equal(file.DataOffset + 512, file.Length);
    }
}
