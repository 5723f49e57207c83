using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Gguf.Quantization;
using GGUFPacker.Gguf.Tensors;
using GGUFPacker.Testing;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>
/// A file of the reference data as a recipe: a GGUF file of key-values and tensors whose values come from formulas, or an importance matrix of the older format.
/// Written here byte by byte, not with our writer, because some recipes are broken on purpose.
/// </summary>
internal static class SourceRecipe
{
    /// <summary>Builds the file.</summary>
    public static byte[] Build(JsonElement recipe) =>
        recipe.TryGetProperty("raw", out var raw) ? Convert.FromHexString(raw.GetString()!)
        : recipe.TryGetProperty("entries", out var entries) ? BuildLegacyImatrix(recipe, [.. entries.EnumerateArray()])
        : BuildGguf(recipe);

    private static byte[] BuildLegacyImatrix(JsonElement recipe, JsonElement[] entries)
    {
        var file = new MemoryStream();
        Write(file, recipe.TryGetProperty("n_entries", out var count) ? count.GetUInt32() : (uint)entries.Length);
        foreach (var entry in entries)
        {
            WriteShort(file, entry[0].GetString()!);
            Write(file, unchecked((uint)entry[1].GetInt32()));
            Write(file, entry[2].GetUInt32());
            file.Write(MemoryMarshal.AsBytes(FormulaVectors.Generate(entry[3], entry[2].GetInt32()).AsSpan()));
        }

        if (recipe.TryGetProperty("trailer", out var trailer) && trailer.ValueKind == JsonValueKind.Array)
        {
            Write(file, trailer[0].GetUInt32());
            WriteShort(file, trailer[1].GetString()!);
        }

        return file.ToArray()[..(int)(file.Length - Cut(recipe))];
    }

    private static long Cut(JsonElement recipe) => recipe.TryGetProperty("cut", out var cut) ? cut.GetInt64() : 0;

    private static byte[] BuildGguf(JsonElement recipe)
    {
        var version = recipe.TryGetProperty("version", out var v) ? v.GetUInt32() : 3;
        var alignment = recipe.TryGetProperty("alignment", out var a) ? a.GetInt32() : 32;
        var file = new MemoryStream();
        file.Write("GGUF"u8);
        Write(file, version);
        Write(file, (ulong)recipe.GetProperty("tensors").GetArrayLength());
        Write(file, (ulong)recipe.GetProperty("kv").GetArrayLength());
        foreach (var item in recipe.GetProperty("kv").EnumerateArray())
        {
            Write(file, new GgufString(item[0].GetString()!));
            Write(file, KeyValueRecipe.Read(item[1].GetString()!, item[2]));
        }

        var data = new MemoryStream();
        foreach (var tensor in recipe.GetProperty("tensors").EnumerateArray())
        {
            var type = Enum.Parse<TensorType>(tensor[1].GetString()!);
            long[] shape = [.. tensor[2].EnumerateArray().Select(length => length.GetInt64())];
            Write(file, new GgufString(tensor[0].GetString()!));
            Write(file, (uint)shape.Length);
            foreach (var length in shape)
            {
                Write(file, (ulong)length);
            }

            Write(file, (uint)type);
            Write(file, (ulong)data.Length);
            data.Write(Data(type, FormulaVectors.Generate(tensor[3], (int)shape.Aggregate(1L, (product, length) => product * length))));
            Pad(data, alignment);
        }

        Pad(file, alignment);
        file.Write(data.GetBuffer().AsSpan(0, (int)data.Length));
        return file.ToArray()[..(int)(file.Length - Cut(recipe))];
    }

    private static byte[] Data(TensorType type, float[] values)
    {
        var bytes = new byte[type.RowBytes(values.Length)];
        if (type == TensorType.I32)
        {
            for (var i = 0; i < values.Length; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), (int)values[i]);
            }
        }
        else
        {
            RowKernels.Quantize(type, values, [], bytes);
        }

        return bytes;
    }

    private static void Pad(MemoryStream stream, int alignment)
    {
        while (stream.Length % alignment != 0)
        {
            stream.WriteByte(0);
        }
    }

    private static void Write(MemoryStream stream, GgufValue value)
    {
        Write(stream, (uint)value.Type);
        if (value.Raw is not Array array)
        {
            WriteScalar(stream, value.Raw);
            return;
        }

        Write(stream, (uint)value.ElementType);
        Write(stream, (ulong)array.Length);
        foreach (var item in array)
        {
            WriteScalar(stream, item!);
        }
    }

    private static void WriteScalar(MemoryStream stream, object value)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        switch (value)
        {
            case byte x: writer.Write(x); break;
            case sbyte x: writer.Write(x); break;
            case ushort x: writer.Write(x); break;
            case short x: writer.Write(x); break;
            case uint x: writer.Write(x); break;
            case int x: writer.Write(x); break;
            case ulong x: writer.Write(x); break;
            case long x: writer.Write(x); break;
            case float x: writer.Write(x); break;
            case double x: writer.Write(x); break;
            case bool x: writer.Write(x); break;
            case GgufString x: Write(stream, x); break;
            default: throw new InvalidDataException($"A recipe has no values of {value.GetType()}.");
        }
    }

    private static void WriteShort(MemoryStream stream, string text)
    {
        Write(stream, (uint)Encoding.UTF8.GetByteCount(text));
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private static void Write(MemoryStream stream, GgufString text)
    {
        Write(stream, (ulong)text.Bytes.Length);
        stream.Write(text.Bytes);
    }

    private static void Write(MemoryStream stream, uint value) => stream.Write(BitConverter.GetBytes(value));

    private static void Write(MemoryStream stream, ulong value) => stream.Write(BitConverter.GetBytes(value));
}
