using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Tokenizers;

/// <summary>One line for a key-value: key, type, and the value, for arrays the number of elements and the hash of their encoding.</summary>
internal static class GoldenKeyValue
{
    /// <summary>The line of a golden's kv entry.</summary>
    public static string Describe(JsonElement entry)
    {
        var key = entry.GetProperty("key").GetString();
        var type = entry.GetProperty("type").GetString();
        return type switch
        {
            "arr" => $"{key}: arr of {entry.GetProperty("of").GetString()}, {entry.GetProperty("count").GetInt32()}, {entry.GetProperty("sha256").GetString()}",
            "str" => $"{key}: str {entry.GetProperty("value").GetString()}",
            _ => $"{key}: {type} {entry.GetProperty("value").GetRawText()}",
        };
    }

    /// <summary>The line of our key-value.</summary>
    public static string Describe(string key, GgufValue value) => value.Type switch
    {
        GgufValueType.Array => $"{key}: arr of {NameOf(value.ElementType)}, {value.Count}, {Hash(value)}",
        GgufValueType.String => $"{key}: str {value.AsString()}",
        GgufValueType.Bool => $"{key}: bool {(value.TryGet<bool>(out var flag) && flag ? "true" : "false")}",
        _ => $"{key}: {NameOf(value.Type)} {(value.TryGetInteger(out var integer) ? integer : throw new InvalidOperationException(key))}",
    };

    private static string NameOf(GgufValueType type) => type switch
    {
        GgufValueType.String => "str",
        GgufValueType.Int32 => "i32",
        GgufValueType.UInt32 => "u32",
        GgufValueType.Float32 => "f32",
        GgufValueType.UInt8 => "u8",
        _ => type.ToString(),
    };

    private static string Hash(GgufValue value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        if (value.TryGetArray<GgufString>(out var strings))
        {
            foreach (var text in strings)
            {
                BinaryPrimitives.WriteInt64LittleEndian(number, text.Bytes.Length);
                hash.AppendData(number);
                hash.AppendData(text.Bytes);
            }
        }
        else if (value.TryGetArray<int>(out var integers))
        {
            foreach (var integer in integers)
            {
                BinaryPrimitives.WriteInt32LittleEndian(number, integer);
                hash.AppendData(number[..4]);
            }
        }
        else if (value.TryGetArray<float>(out var floats))
        {
            foreach (var single in floats)
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, single);
                hash.AppendData(number[..4]);
            }
        }

        else if (value.TryGetArray<byte>(out var bytes))
        {
            hash.AppendData(bytes);
        }
        else
        {
            throw new InvalidOperationException($"An array of {value.ElementType} is not known.");
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
