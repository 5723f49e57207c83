using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>Tells where a file differs from the one that llama-quantize wrote.</summary>
internal static class FileComparison
{
    /// <summary>The differences, most important first; none if the files are the same.</summary>
    /// <param name="expected">The record of the reference's file.</param>
    /// <param name="path">Our file.</param>
    /// <param name="inputPath">The file that was quantized.</param>
    /// <param name="compareLayout">Whether size, hash and data offset count.</param>
    public static IEnumerable<string> Differences(JsonElement expected, string path, string inputPath, bool compareLayout)
    {
        using var stream = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (compareLayout && hash == expected.GetProperty("sha256").GetString() && stream.Length == expected.GetProperty("size").GetInt64())
        {
            yield break;
        }

        using var file = GgufFile.OpenPart(path);
        using var input = GgufFile.OpenPart(inputPath);
        foreach (var difference in KeyDifferences(expected, file.Metadata, input.Metadata).Concat(TensorDifferences(expected, file, input)))
        {
            yield return difference;
        }

        if (compareLayout)
        {
            yield return $"data offset {file.DataOffset}, expected {expected.GetProperty("data_offset")}";
            yield return $"size {stream.Length}, expected {expected.GetProperty("size")}";
            yield return $"sha256 {hash}, expected {expected.GetProperty("sha256")}";
        }
    }

    private static IEnumerable<string> KeyDifferences(JsonElement expected, GgufMetadata actual, GgufMetadata input)
    {
        var removed = expected.GetProperty("kv_removed").EnumerateArray().Select(item => item.GetString()!).ToHashSet(StringComparer.Ordinal);
        var kept = input.Where(item => !removed.Contains(item.Key));
        var keys = kept.Concat(KeyValueRecipe.ReadAll(expected.GetProperty("kv_appended")));
        return Differences("key", keys.Select(Describe), actual.Select(Describe));
    }

    private static IEnumerable<string> TensorDifferences(JsonElement expected, GgufFile actual, GgufFile input)
    {
        var shapes = input.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape.ToArray(), StringComparer.Ordinal);
        var wanted = expected.GetProperty("tensors").EnumerateArray().Select(item =>
        {
            var name = item[0].GetString()!;
            var shape = item.GetArrayLength() > 3 ? [.. item[3].EnumerateArray().Select(length => length.GetInt64())] : shapes.GetValueOrDefault(name) ?? [];
            return $"{name} {item[1]} [{string.Join(',', shape)}] {item[2]}";
        });
        return Differences("tensor", wanted, actual.Tensors.Select((tensor, index) =>
        {
            var data = new byte[tensor.ByteLength];
            actual.ReadRows(index, 0, data);
            return $"{tensor.Name} {tensor.Type} [{string.Join(',', tensor.Shape)}] {Convert.ToHexStringLower(SHA256.HashData(data))}";
        }));
    }

    private static IEnumerable<string> Differences(string what, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (left, right) = (expected.ToArray(), actual.ToArray());
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            var (wanted, got) = (left.ElementAtOrDefault(i), right.ElementAtOrDefault(i));
            if (wanted != got)
            {
                yield return $"{what} {i}: {got ?? "missing"}, expected {wanted ?? "nothing"}";
            }
        }
    }

    private static string Describe(KeyValuePair<string, GgufValue> item)
    {
        var value = item.Value;
        var values = value.Raw is Array array ? array.Cast<object>() : [value.Raw];
        return $"{item.Key} {value.Type} {value.ElementType} {string.Join(',', values.Select(Describe))}";
    }

    private static string Describe(object value) => value switch
    {
        float number => $"{BitConverter.SingleToUInt32Bits(number):x8}",
        double number => $"{BitConverter.DoubleToUInt64Bits(number):x16}",
        GgufString text => Convert.ToHexString(text.Bytes),
        _ => $"{value}",
    };
}
