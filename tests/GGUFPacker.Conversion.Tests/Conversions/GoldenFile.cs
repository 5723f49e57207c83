using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>A file that the reference wrote.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Json">Its description: file {size, sha256}, kv, tensors.</param>
internal sealed record GoldenFile(string Name, JsonElement Json)
{
    private string Sha256 => Json.GetProperty("file").GetProperty("sha256").GetString()!;

    /// <summary>Compares a file with this one, byte for byte; a difference is told by the first key or tensor that differs.</summary>
    public void AssertEqual(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) == Sha256)
        {
            return;
        }

        using var model = GgufFile.OpenPart(path);
        Assert.Equal(Json.GetProperty("kv").EnumerateArray().Select(KeyValueText.Of), model.Metadata.Select(entry => KeyValueText.Of(entry.Key, entry.Value, model.IsBigEndian)));
        var tensors = Json.TryGetProperty("tensors", out var list) ? list.EnumerateArray().Select(TensorText).ToList() : [];
        Assert.Equal(tensors, model.Tensors.Zip(model.Locations, (tensor, location) =>
        {
            var data = bytes.AsSpan((int)location.Offset, (int)tensor.ByteLength);
            var offset = location.Offset - model.DataOffset;
            return $"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}] at {offset}, {tensor.ByteLength} bytes {Convert.ToHexStringLower(SHA256.HashData(data))}";
        }));
        Assert.Fail($"Keys and tensors are equal, but the file has {bytes.Length} bytes, not the {Json.GetProperty("file").GetProperty("size").GetInt64()} of {Name}, or its padding differs.");
    }

    private static string TensorText(JsonElement tensor) =>
        $"{tensor.GetProperty("name").GetString()} {tensor.GetProperty("type").GetString()} [{string.Join(", ", tensor.GetProperty("shape").EnumerateArray().Select(item => item.GetInt64()))}]"
        + $" at {tensor.GetProperty("offset").GetInt64()}, {tensor.GetProperty("size").GetInt64()} bytes {tensor.GetProperty("sha256").GetString()}";
}
