namespace GGUFPacker.Conversion.Tensors;

/// <summary>How the elements of a checkpoint's tensor are stored, by the names of the safetensors format.</summary>
#pragma warning disable CS1591 // The names are the format's; ElementTypes has the sizes.
internal enum ElementType
{
    BOOL,
    F4,
    F6_E2M3,
    F6_E3M2,
    U8,
    I8,
    F8_E5M2,
    F8_E4M3,
    F8_E8M0,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    C64,
    F64,
    I64,
    U64,
}
