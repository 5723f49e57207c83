using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Conversion.Tests.Conversions;

/// <summary>A key-value as one line, for comparisons: key, type and value; of an array its count and the hash of its encoded elements.</summary>
internal static class KeyValueText
{
    /// <summary>The line of an expectation.</summary>
    public static string Of(JsonElement entry)
    {
        var key = entry.GetProperty("key").GetString();
        var type = entry.GetProperty("type").GetString()!;
        return type switch
        {
            "arr" when entry.TryGetProperty("sha256", out var hash) => $"{key}: {entry.GetProperty("of").GetString()}[{entry.GetProperty("count").GetInt32()}] {hash.GetString()}",
            "arr" => $"{key}: arr {entry.GetProperty("value").GetRawText()}",
            "str" => $"{key}: str {entry.GetProperty("value").GetString()}",
            _ when entry.TryGetProperty("bits", out var bits) => $"{key}: {type} {bits.GetUInt64():x}",
            _ => $"{key}: {type} {entry.GetProperty("value").GetRawText()}",
        };
    }

    /// <summary>The line of our key-value.</summary>
    public static string Of(string key, GgufValue value, bool isBigEndian = false) => value.Type switch
    {
        GgufValueType.Array => $"{key}: {NameOf(value.ElementType)}[{value.Count}] {Hash(value, isBigEndian)}",
        GgufValueType.String => $"{key}: str {value.AsString()}",
        GgufValueType.Bool => $"{key}: bool {(value.TryGet<bool>(out var flag) && flag ? "true" : "false")}",
        GgufValueType.Float32 => $"{key}: f32 {BitConverter.SingleToUInt32Bits(value.TryGet<float>(out var single) ? single : 0):x}",
        _ => $"{key}: {NameOf(value.Type)} {(value.TryGetInteger(out var integer) ? integer.ToString(CultureInfo.InvariantCulture) : "?")}",
    };

    private static string NameOf(GgufValueType type) => type switch
    {
        GgufValueType.String => "str",
        GgufValueType.Array => "arr",
        GgufValueType.Bool => "bool",
        GgufValueType.UInt8 => "u8",
        GgufValueType.Int8 => "i8",
        GgufValueType.UInt16 => "u16",
        GgufValueType.Int16 => "i16",
        GgufValueType.UInt32 => "u32",
        GgufValueType.Int32 => "i32",
        GgufValueType.UInt64 => "u64",
        GgufValueType.Int64 => "i64",
        GgufValueType.Float32 => "f32",
        GgufValueType.Float64 => "f64",
        _ => type.ToString(),
    };

    private static string Hash(GgufValue value, bool isBigEndian)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (value.TryGetArray<GgufString>(out var strings))
        {
            foreach (var text in strings)
            {
                Append(hash, [(long)text.Bytes.Length], isBigEndian);
                hash.AppendData(text.Bytes);
            }
        }
        else if (value.TryGetArray<int>(out var integers))
        {
            Append(hash, integers, isBigEndian);
        }
        else if (value.TryGetArray<float>(out var floats))
        {
            Append(hash, floats, isBigEndian);
        }
        else if (value.TryGetArray<bool>(out var flags))
        {
            Append(hash, MemoryMarshal.AsBytes(flags), isBigEndian);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append<T>(IncrementalHash hash, ReadOnlySpan<T> values, bool isBigEndian)
        where T : unmanaged
    {
        foreach (var value in values)
        {
            var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
            if (isBigEndian)
            {
                Array.Reverse(bytes);
            }

            hash.AppendData(bytes);
        }
    }
}
