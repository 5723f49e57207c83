using System.Text;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Format;

/// <summary>Each error a file can cause, with the words that must be in its message.</summary>
[ReadsGoldens]
public sealed class GgufHostileInputTests
{
    private static readonly Dictionary<string, (byte[] Bytes, string[] Words)> Cases = new()
    {
        ["an empty file"] = ([], ["ends inside the header", "offset 0"]),
        ["another magic"] = ("PK\x3\x4 and so on"u8.ToArray(), ["504B0304"]),
        ["a GGML file"] = ("lmgg\x1\0\0\0"u8.ToArray(), ["GGML"]),
        ["version 0"] = (RawGguf.Header(0, 0, version: 0).Bytes, ["version is 0"]),
        ["version 4"] = (RawGguf.Header(0, 0, version: 4).Bytes, ["version is 4"]),
        ["a version with an empty low half"] = (RawGguf.Header(0, 0, version: 0x40000).Bytes, ["version is 1024"]),
        ["too many tensors"] = (RawGguf.Header(ulong.MaxValue, 0).Bytes, ["18446744073709551615 tensors", "limit"]),
        ["too many keys"] = (RawGguf.Header(0, long.MaxValue).Bytes, ["9223372036854775807 keys", "limit"]),
        ["an end inside the counts"] = (RawGguf.Header(0, 0).Bytes[..20], ["ends inside the header"]),
        ["an end inside a key"] = (RawGguf.Header(0, 1).U64(10).Raw("abc"u8).Bytes, ["ends inside the header", "offset 35"]),
        ["a key that is too long"] = (RawGguf.Header(0, 1).U64(70_000).Bytes, ["key 0", "70000 bytes", "65535"]),
        ["an empty key"] = (RawGguf.Header(0, 1).Text("").U32(4).U32(0).Bytes, ["key 0 at offset 24 is empty"]),
        ["a key that is no text"] = (RawGguf.Header(0, 1).U64(2).Raw([0xC3, 0x28]).U32(4).U32(0).Bytes, ["key 0", "not UTF-8"]),
        ["a key twice"] = (RawGguf.Header(0, 2).Text("a.b").U32(4).U32(1).Text("a.b").U32(4).U32(1).Bytes, ["'a.b'", "twice", "offset 43"]),
        ["an unknown value type"] = (RawGguf.Header(0, 1).Text("a.b").U32(13).Bytes, ["'a.b'", "value type 13", "offset 35"]),
        ["an unknown element type"] = (RawGguf.Header(0, 1).Text("a.b").U32(9).U32(99).U64(1).Bytes, ["'a.b'", "value type 99"]),
        ["a string that is too long"] = (RawGguf.Header(0, 1).Text("a.b").U32(8).U64(ulong.MaxValue).Bytes, ["'a.b'", "18446744073709551615 bytes", "limit"]),
        ["a string beyond the end"] = (RawGguf.Header(0, 1).Text("a.b").U32(8).U64(60 << 20).Raw("abc"u8).Bytes, ["ends inside the header"]),
        ["an array that is too long"] = (RawGguf.Header(0, 1).Text("a.b").U32(9).U32(4).U64(ulong.MaxValue / 4).Bytes, ["'a.b'", "elements", "limit"]),
        ["an array beyond the end"] = (RawGguf.Header(0, 1).Text("a.b").U32(9).U32(10).U64(60 << 20).U64(1).Bytes, ["ends inside the header"]),
        ["strings beyond the end"] = (RawGguf.Header(0, 1).Text("a.b").U32(9).U32(8).U64(60 << 20).Text("x").Bytes, ["ends inside the header"]),
        ["arrays nested too deep"] = (Nested(5).Bytes, ["'a.b'", "deeper than the limit of 4"]),
        ["an alignment of another type"] = (RawGguf.Header(0, 1).Text("general.alignment").U32(10).U64(32).Bytes, ["general.alignment"]),
        ["an alignment of 0"] = (RawGguf.Header(0, 1).Text("general.alignment").U32(4).U32(0).Bytes, ["general.alignment"]),
        ["an alignment of 33"] = (RawGguf.Header(0, 1).Text("general.alignment").U32(4).U32(33).Bytes, ["general.alignment"]),
        ["an alignment of 2 GiB"] = (RawGguf.Header(0, 1).Text("general.alignment").U32(4).U32(1u << 31).Bytes, ["general.alignment"]),
        ["a tensor's name that is too long"] = (RawGguf.Header(1, 0).Tensor(new string('n', 128), 0, 0, 1).Bytes, ["tensor 0", "128 bytes", "127"]),
        ["a tensor twice"] = (RawGguf.Header(2, 0).Tensor("t", 0, 0, 1).Tensor("t", 0, 32, 1).Bytes, ["'t'", "twice"]),
        ["five dimensions"] = (RawGguf.Header(1, 0).Tensor("t", 0, 0, 1, 1, 1, 1, 1).Bytes, ["'t'", "5 dimensions"]),
        ["a dimension beyond 63 bits"] = (RawGguf.Header(1, 0).Tensor("t", 0, 0, ulong.MaxValue).Bytes, ["'t'", "18446744073709551615"]),
        ["a shape whose size overflows"] = (RawGguf.Header(1, 0).Tensor("t", 0, 0, long.MaxValue, long.MaxValue).Bytes, ["'t'", "impossible shape"]),
        ["a row that is no whole number of blocks"] = (RawGguf.Header(1, 0).Tensor("t", 12, 0, 255, 1).Bytes, ["'t'", "impossible shape", "255"]),
        ["an unknown tensor type"] = (RawGguf.Header(1, 0).Tensor("t", 31, 0, 32).Bytes, ["'t'", "unknown type 31"]),
        ["misaligned data"] = (RawGguf.Header(1, 0).Tensor("t", 0, 31, 1).Align().Raw(new byte[64]).Bytes, ["'t'", "31", "alignment 32"]),
        ["data far outside"] = (RawGguf.Header(1, 0).Tensor("t", 0, 1ul << 63, 1).Align().Raw(new byte[64]).Bytes, ["'t'", "9223372036854775808"]),
        ["data outside"] = (RawGguf.Header(1, 0).Tensor("t", 0, 64, 1).Align().Raw(new byte[64]).Bytes, ["'t'", "truncated"]),
        ["data cut off"] = (RawGguf.Header(2, 0).Tensor("s", 0, 0, 8).Tensor("t", 0, 32, 8).Align().Raw(new byte[63]).Bytes, ["'t'", "truncated"]),
        ["a header without its data"] = (RawGguf.Header(1, 0).Tensor("t", 0, 0, 1).Bytes, ["'t'", "truncated"]),
        ["overlapping data"] = (RawGguf.Header(2, 0).Tensor("s", 0, 0, 9).Tensor("t", 0, 32, 8).Align().Raw(new byte[64]).Bytes, ["'s'", "'t'", "overlap"]),
        ["data at the same place"] =
            (RawGguf.Header(2, 0).Tensor("s", 0, 0, 1).Tensor("t", 0, 0, 1).Align().Raw(new byte[64]).Bytes, ["'s'", "'t'", "overlap"]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_refused_with_a_clear_message(string name)
    {
        using var folder = new TemporaryFolder();
        var path = folder["hostile.gguf"];
        File.WriteAllBytes(path, Cases[name].Bytes);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<GgufException>(() => GgufFile.Open(path).Dispose());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.All(Cases[name].Words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
        File.Delete(path); // no handle is left open (on Windows this would fail)
    }

    [Fact]
    public void Each_limit_is_kept()
    {
        var header = RawGguf.Header(1, 1).Text("a.b").U32(9).U32(8).U64(2).Text("xyz").Text("").Tensor("t", 0, 0, 1, 1).Bytes;
        Refuses(new() { MaxHeaderBytes = header.Length - 1 }, "larger than the limit");
        Refuses(new() { MaxKeys = 0 }, "1 keys");
        Refuses(new() { MaxTensors = 0 }, "1 tensors");
        Refuses(new() { MaxKeyBytes = 2 }, "key 0");
        Refuses(new() { MaxStringBytes = 2 }, "a string of 'a.b'");
        Refuses(new() { MaxArrayLength = 1 }, "2 elements");
        Refuses(new() { MaxArrayDepth = 0 }, "deeper");
        Refuses(new() { MaxDimensions = 1 }, "2 dimensions");
        Refuses(new() { MaxTensorNameBytes = 0 }, "the name of tensor 0");
        Assert.NotNull(GgufHeader.Read(new MemoryStream(header), "m", new() { MaxHeaderBytes = header.Length }));

        void Refuses(GgufLimits limits, string words)
        {
            var error = Assert.Throws<GgufException>(() => GgufHeader.Read(new MemoryStream(header), "m", limits));
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Mutated_headers_are_read_or_refused_and_nothing_else()
    {
        // Every field of every kind, in both byte orders; the data is cut off, so only the header is at stake.
        byte[][] seeds = [Seed(bigEndian: false), Seed(bigEndian: true)];
        var random = new Random(20260730);
        var read = 0;
        for (var i = 0; i < 70_000; i++)
        {
            var bytes = Mutation.Of(seeds[i & 1], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                GgufHeader.Read(new MemoryStream(bytes), "mutant");
                read++;
            }
            catch (GgufException)
            {
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        }

        Assert.InRange(read, 3500, 66_500); // both outcomes occur, else the mutations say nothing
    }

    private static RawGguf Nested(int depth)
    {
        var raw = RawGguf.Header(0, 1).Text("a.b");
        for (var i = 0; i < depth; i++)
        {
            raw.U32(9).Raw(i == 0 ? [] : BitConverter.GetBytes(1ul));
        }

        return raw.U32(4).U64(1).U32(1);
    }

    private static byte[] Seed(bool bigEndian)
    {
        var metadata = GgufRoundTripTests.AllValueTypes.ToBuilder().Remove("a.f32").Remove("a.str").Set("a.str", GgufValue.OfStrings(["a", "bc", ""])).Build();
        var tensors = GgufRoundTripTests.EveryTensorType().Select(tensor => tensor.Item1).ToArray();
        return GgufLayout.Create(metadata, [.. tensors], bigEndian).Header.ToArray();
    }
}
