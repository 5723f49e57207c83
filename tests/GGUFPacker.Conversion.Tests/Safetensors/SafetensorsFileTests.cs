using System.Text;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Safetensors;
using GGUFPacker.Conversion.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Safetensors;

[ReadsGoldens]
public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Header, bytes of data, part of the message.</summary>
    public static TheoryData<string, int, string> BrokenFiles => new()
    {
        { """[]""", 0, "header is not the JSON" },
        { """{"a":""", 0, "header is not the JSON" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x""", 4, "header is not the JSON" },
        { """{"__metadata__":{"format":1}}""", 0, "header is not the JSON" },
        { """{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4, "type 'F33'" },
        { """{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "type 'f32'" },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 4, "needs dtype" },
        { """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "needs dtype" },
        { """{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "needs dtype" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "needs dtype" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", 4, "key 'x'" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "key 'dtype'" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "header is not the JSON" },
        { """{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "whole numbers" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "does not fit" },
        { """{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1, "does not fit" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not fit" },
        { """{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not fit" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "begins at byte 4" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "begins at byte 4" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "begins at byte 2" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "begins at byte 8" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "twice" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "truncated" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "too long" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}""", 4, "whole numbers" },
    };

    [Theory]
    [MemberData(nameof(BrokenFiles))]
    public void A_broken_file_is_refused(string header, int dataLength, string message)
    {
        _folder.Write("model.safetensors", SafetensorsBytes.Of(header, dataLength));

        var exception = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Files, "model.safetensors"));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("model.safetensors", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue, "at most 100000000")]
    [InlineData(-1, "at most 100000000")]
    [InlineData(100_000_001, "at most 100000000")]
    [InlineData(1000, "truncated")]
    public void A_header_longer_than_the_file_or_the_limit_is_refused(long claimed, string message)
    {
        _folder.Write("model.safetensors", SafetensorsBytes.Of("{}", 0, claimed));

        var exception = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Files, "model.safetensors"));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_without_room_for_the_header_s_length_is_refused(int length)
    {
        _folder.Write("model.safetensors", new byte[length]);

        Assert.Contains("too short", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Files, "model.safetensors")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_not_utf8_is_refused()
    {
        var bytes = SafetensorsBytes.Of("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1);
        bytes[Array.IndexOf(bytes, (byte)'x')] = 0xFF;
        _folder.Write("model.safetensors", bytes);

        Assert.Contains("UTF-8", Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(_folder.Files, "model.safetensors")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_come_in_the_order_of_code_points_and_their_bytes_can_be_read()
    {
        _folder.Write("model.safetensors", SafetensorsBytes.Of(
            """
            {"__metadata__":{"format":"pt"},"layers.2":{"dtype":"U8","shape":[2,2],"data_offsets":[4,8]},
             "layers.10":{"dtype":"U8","shape":[],"data_offsets":[8,9]},"empty":{"dtype":"F32","shape":[0,7],"data_offsets":[4,4]},
             "\uFFFD":{"dtype":"U8","shape":[1],"data_offsets":[9,10]},"\uD83D\uDE00":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   
            """, 10));

        using var file = SafetensorsFile.Open(_folder.Files, "model.safetensors");

        Assert.Equal(["empty", "layers.10", "layers.2", "\uFFFD", "\uD83D\uDE00"], file.Entries.Select(entry => entry.Name));
        var matrix = new SafetensorsTensor(file, file.Entries[2]);
        Assert.Equal([2, 2], matrix.Shape);
        Assert.Equal(ElementType.U8, matrix.Type);
        var bytes = new byte[3];
        matrix.Read(1, bytes);
        Assert.Equal([5, 6, 7], bytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Read(2, new byte[3]));
    }

    [Fact]
    public void A_type_that_gguf_has_no_use_for_is_refused_when_the_tensor_is_taken()
    {
        _folder.Write("model.safetensors", SafetensorsBytes.Of("""{"ids":{"dtype":"U16","shape":[2],"data_offsets":[0,4]}}""", 4));

        using var file = SafetensorsFile.Open(_folder.Files, "model.safetensors");

        Assert.Contains("'ids'", Assert.Throws<CheckpointException>(() => new SafetensorsTensor(file, file.Entries[0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_is_an_error_that_names_it()
    {
        _folder.Write("model.safetensors", SafetensorsBytes.Of("""{"a":{"dtype":"U8","shape":[100],"data_offsets":[0,100]}}""", 100));
        using var file = SafetensorsFile.Open(_folder.Files, "model.safetensors");
        var tensor = new SafetensorsTensor(file, file.Entries[0]);
        using (var stream = new FileStream(Path.Combine(_folder.Path, "model.safetensors"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(stream.Length - 50);
        }

        Assert.Contains("ends at byte", Assert.Throws<CheckpointException>(() => tensor.Read(0, new byte[100])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_headers_are_read_or_refused()
    {
        var random = new Random(3);
        var header = Encoding.UTF8.GetBytes(
            """{"__metadata__":{"format":"pt"},"a.weight":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[],"data_offsets":[12,16]}}""");
        var read = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var mutated = header.ToArray();
            for (var count = random.Next(1, 4); count > 0; count--)
            {
                mutated[random.Next(mutated.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(32, 127));
            }

            try
            {
                SafetensorsHeader.Parse(random.Next(8) == 0 ? mutated.AsSpan(0, random.Next(mutated.Length)) : mutated, 16, "m.safetensors");
                read++;
            }
            catch (CheckpointException exception)
            {
                Assert.Contains("'m.safetensors'", exception.Message, StringComparison.Ordinal);
            }
        }

        // Some changes only give a tensor another name.
        Assert.InRange(read, 1, 99_999);
    }

    public void Dispose() => _folder.Dispose();
}
