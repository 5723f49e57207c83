namespace GGUFPacker.Gguf.Format;

/// <summary>The type of a key's value, by the numbers of the GGUF specification.</summary>
#pragma warning disable CS1591 // The names are the specification's.
public enum GgufValueType : uint
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}
