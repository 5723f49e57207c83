using System.Globalization;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>Key-values as the reference data writes them: [key, type, value], floats as hexadecimal bits.</summary>
internal static class KeyValueRecipe
{
    public static GgufMetadata ReadAll(JsonElement list)
    {
        var builder = new GgufMetadata.Builder();
        foreach (var item in list.EnumerateArray())
        {
            builder.Set(item[0].GetString()!, Read(item[1].GetString()!, item[2]));
        }

        return builder.Build();
    }

    public static GgufValue Read(string type, JsonElement value) => type switch
    {
        "u8" => GgufValue.Of(value.GetByte()),
        "i8" => GgufValue.Of(value.GetSByte()),
        "u16" => GgufValue.Of(value.GetUInt16()),
        "i16" => GgufValue.Of(value.GetInt16()),
        "u32" => GgufValue.Of(value.GetUInt32()),
        "i32" => GgufValue.Of(value.GetInt32()),
        "u64" => GgufValue.Of(value.GetUInt64()),
        "i64" => GgufValue.Of(value.GetInt64()),
        "f32" => GgufValue.Of(Single(value)),
        "f64" => GgufValue.Of(Double(value)),
        "bool" => GgufValue.Of(value.GetBoolean()),
        "str" => GgufValue.Of(Text(value)),
        "arr:u8" => Array(value, item => item.GetByte()),
        "arr:i8" => Array(value, item => item.GetSByte()),
        "arr:u16" => Array(value, item => item.GetUInt16()),
        "arr:i16" => Array(value, item => item.GetInt16()),
        "arr:u32" => Array(value, item => item.GetUInt32()),
        "arr:i32" => Array(value, item => item.GetInt32()),
        "arr:u64" => Array(value, item => item.GetUInt64()),
        "arr:i64" => Array(value, item => item.GetInt64()),
        "arr:f32" => Array(value, Single),
        "arr:f64" => Array(value, Double),
        "arr:bool" => Array(value, item => item.GetBoolean()),
        "arr:str" => Array(value, Text),
        _ => throw new InvalidDataException($"Unknown value type '{type}' in a recipe."),
    };

    private static GgufValue Array<T>(JsonElement value, Func<JsonElement, T> read) => GgufValue.OfArray(value.EnumerateArray().Select(read).ToArray());

    private static float Single(JsonElement value) => FormulaVectors.FromBits(value.GetString()!);

    private static double Double(JsonElement value) =>
        BitConverter.UInt64BitsToDouble(ulong.Parse(value.GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    private static GgufString Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
            ? new GgufString(Convert.FromHexString(value.GetProperty("hex").GetString()!))
            : new GgufString(value.GetString()!);
}
