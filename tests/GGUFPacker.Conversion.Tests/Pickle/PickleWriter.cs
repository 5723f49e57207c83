using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GGUFPacker.Conversion.Tests.Pickle;

/// <summary>Writes pickles of protocol 2 and PyTorch's archives around them.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _output = new();

    public PickleWriter() => Raw(0x80, 2);

    public byte[] ToArray() => [.. _output.ToArray(), (byte)'.'];

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        return this;
    }

    public PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Raw((byte)'X').Raw(length).Raw(bytes);
    }

    public PickleWriter Number(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Raw(0x8A, 8).Raw(bytes);
    }

    public PickleWriter Global(string module, string name) => Raw((byte)'c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter Numbers(params ReadOnlySpan<long> numbers)
    {
        Raw((byte)'(');
        foreach (var number in numbers)
        {
            Number(number);
        }

        return Raw((byte)'t');
    }

    /// <summary>torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict()).</summary>
    public PickleWriter Tensor(string storageType, string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Raw((byte)'(')
            .Raw((byte)'(').Text("storage").Global("torch", storageType).Text(key).Text("cpu").Number(count).Raw((byte)'t', (byte)'Q')
            .Number(offset).Numbers(shape).Numbers(strides).Raw(0x89).Global("collections", "OrderedDict").Raw((byte)')', (byte)'R')
            .Raw((byte)'t', (byte)'R');

    /// <summary>An archive with a pickle and storages.</summary>
    public static byte[] Archive(byte[] pickle, params ReadOnlySpan<(string Key, byte[] Bytes)> storages)
    {
        var output = new MemoryStream();
        using (var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "model/data.pkl", pickle);
            Add(archive, "model/byteorder", "little"u8.ToArray());
            foreach (var (key, bytes) in storages)
            {
                Add(archive, $"model/data/{key}", bytes);
            }
        }

        return output.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] bytes)
    {
        using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(bytes);
    }
}
