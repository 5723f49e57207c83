namespace GGUFPacker.Conversion.Tensors;

/// <summary>Names and sizes of the element types.</summary>
internal static class ElementTypes
{
    private static readonly Dictionary<string, ElementType> ByName =
        Enum.GetValues<ElementType>().ToDictionary(type => type.ToString(), StringComparer.Ordinal);

    extension(ElementType type)
    {
        /// <summary>Bits of one element; elements smaller than a byte are packed.</summary>
        public int Bits => type switch
        {
            ElementType.F4 => 4,
            ElementType.F6_E2M3 or ElementType.F6_E3M2 => 6,
            ElementType.BOOL or ElementType.U8 or ElementType.I8 => 8,
            ElementType.F8_E5M2 or ElementType.F8_E4M3 or ElementType.F8_E8M0 => 8,
            ElementType.I16 or ElementType.U16 or ElementType.F16 or ElementType.BF16 => 16,
            ElementType.I32 or ElementType.U32 or ElementType.F32 => 32,
            _ => 64,
        };

        /// <summary>Bytes of one element of a type that is convertible.</summary>
        public int Bytes => type.Bits / 8;

        /// <summary>Whether elements of the type can be converted; llama.cpp's converter leaves out the same ones.</summary>
        public bool IsConvertible => type is not (ElementType.F4 or ElementType.F6_E2M3 or ElementType.F6_E3M2
            or ElementType.U16 or ElementType.U32 or ElementType.U64 or ElementType.C64);
    }

    /// <summary>Finds a type by its name, which is case-sensitive.</summary>
    public static bool TryParse(string name, out ElementType type) => ByName.TryGetValue(name, out type);
}
