using System.Diagnostics.CodeAnalysis;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// The value of a key, immutable. A scalar holds the .NET value of its type; an array holds a typed .NET array
/// (<c>byte[] sbyte[] ushort[] short[] uint[] int[] float[] bool[] GgufString[] ulong[] long[] double[]</c>, or <c>GgufValue[]</c> for arrays of arrays).
/// </summary>
public sealed class GgufValue
{
    private readonly object _value;

    private GgufValue(GgufValueType type, GgufValueType elementType, object value)
    {
        Type = type;
        ElementType = elementType;
        _value = value;
    }

    /// <summary>The value's type.</summary>
    public GgufValueType Type { get; }

    /// <summary>The type of an array's elements; <see cref="Type"/> for a scalar.</summary>
    public GgufValueType ElementType { get; }

    /// <summary>The number of an array's elements; 1 for a scalar.</summary>
    public int Count => _value is Array array ? array.Length : 1;

    /// <summary>An 8-bit unsigned value.</summary>
    public static GgufValue Of(byte value) => new(GgufValueType.UInt8, GgufValueType.UInt8, value);

    /// <summary>An 8-bit signed value.</summary>
    public static GgufValue Of(sbyte value) => new(GgufValueType.Int8, GgufValueType.Int8, value);

    /// <summary>A 16-bit unsigned value.</summary>
    public static GgufValue Of(ushort value) => new(GgufValueType.UInt16, GgufValueType.UInt16, value);

    /// <summary>A 16-bit signed value.</summary>
    public static GgufValue Of(short value) => new(GgufValueType.Int16, GgufValueType.Int16, value);

    /// <summary>A 32-bit unsigned value.</summary>
    public static GgufValue Of(uint value) => new(GgufValueType.UInt32, GgufValueType.UInt32, value);

    /// <summary>A 32-bit signed value.</summary>
    public static GgufValue Of(int value) => new(GgufValueType.Int32, GgufValueType.Int32, value);

    /// <summary>A 32-bit float.</summary>
    public static GgufValue Of(float value) => new(GgufValueType.Float32, GgufValueType.Float32, value);

    /// <summary>A boolean.</summary>
    public static GgufValue Of(bool value) => new(GgufValueType.Bool, GgufValueType.Bool, value);

    /// <summary>A string.</summary>
    public static GgufValue Of(GgufString value) => new(GgufValueType.String, GgufValueType.String, value);

    /// <summary>A string.</summary>
    public static GgufValue Of(string value) => Of(new GgufString(value));

    /// <summary>A 64-bit unsigned value.</summary>
    public static GgufValue Of(ulong value) => new(GgufValueType.UInt64, GgufValueType.UInt64, value);

    /// <summary>A 64-bit signed value.</summary>
    public static GgufValue Of(long value) => new(GgufValueType.Int64, GgufValueType.Int64, value);

    /// <summary>A 64-bit float.</summary>
    public static GgufValue Of(double value) => new(GgufValueType.Float64, GgufValueType.Float64, value);

    /// <summary>An array; <typeparamref name="T"/> is one of the element types named above. The array must not change afterwards.</summary>
    public static GgufValue OfArray<T>(T[] values) => new(GgufValueType.Array, ElementTypeOf(typeof(T)), values);

    /// <summary>An array of strings.</summary>
    public static GgufValue OfStrings(IEnumerable<string> values) => OfArray(values.Select(value => new GgufString(value)).ToArray());

    /// <summary>The scalar, if it is of exactly this .NET type.</summary>
    public bool TryGet<T>([MaybeNullWhen(false)] out T value)
    {
        if (_value is T match)
        {
            value = match;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The elements, if this is an array of exactly this .NET type.</summary>
    public bool TryGetArray<T>(out ReadOnlySpan<T> values)
    {
        if (_value is T[] array && array.GetType() == typeof(T[]))
        {
            values = array;
            return true;
        }

        values = default;
        return false;
    }

    /// <summary>The value as a 64-bit integer, if it is an integer or boolean that fits.</summary>
    public bool TryGetInteger(out long value)
    {
        long? result = _value switch
        {
            byte x => x,
            sbyte x => x,
            ushort x => x,
            short x => x,
            uint x => x,
            int x => x,
            long x => x,
            ulong x and <= long.MaxValue => (long)x,
            bool x => x ? 1 : 0,
            _ => null,
        };
        value = result ?? 0;
        return result.HasValue;
    }

    /// <summary>The value as text, if it is a string.</summary>
    public string? AsString() => _value is GgufString text ? text.ToString() : null;

    /// <summary>The underlying .NET value or array, for code that switches over all types.</summary>
    internal object Raw => _value;

    private static GgufValueType ElementTypeOf(Type type)
    {
        return type switch
        {
            _ when type == typeof(byte) => GgufValueType.UInt8,
            _ when type == typeof(sbyte) => GgufValueType.Int8,
            _ when type == typeof(ushort) => GgufValueType.UInt16,
            _ when type == typeof(short) => GgufValueType.Int16,
            _ when type == typeof(uint) => GgufValueType.UInt32,
            _ when type == typeof(int) => GgufValueType.Int32,
            _ when type == typeof(float) => GgufValueType.Float32,
            _ when type == typeof(bool) => GgufValueType.Bool,
            _ when type == typeof(GgufString) => GgufValueType.String,
            _ when type == typeof(GgufValue) => GgufValueType.Array,
            _ when type == typeof(ulong) => GgufValueType.UInt64,
            _ when type == typeof(long) => GgufValueType.Int64,
            _ when type == typeof(double) => GgufValueType.Float64,
            _ => throw new ArgumentException($"{type} is no element type of a GGUF array."),
        };
    }
}
