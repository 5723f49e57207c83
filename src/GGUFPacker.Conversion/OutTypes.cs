using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Conversion;

/// <summary>What llama.cpp connects with an <see cref="OutType"/>.</summary>
internal static class OutTypes
{
    extension(OutType outType)
    {
        /// <summary>The type of a weight; not of <see cref="OutType.Auto"/>.</summary>
        public TensorType TensorType => outType switch
        {
            OutType.F32 => TensorType.F32,
            OutType.F16 => TensorType.F16,
            OutType.BF16 => TensorType.BF16,
            OutType.Q8_0 => TensorType.Q8_0,
            OutType.TQ1_0 => TensorType.TQ1_0,
            OutType.TQ2_0 => TensorType.TQ2_0,
            _ => throw new ArgumentOutOfRangeException(nameof(outType)),
        };

        /// <summary>The number of general.file_type, llama.cpp's enum llama_ftype.</summary>
        public uint FileType => outType switch
        {
            OutType.F32 => 0,
            OutType.F16 => 1,
            OutType.Q8_0 => 7,
            OutType.BF16 => 32,
            OutType.TQ1_0 => 36,
            OutType.TQ2_0 => 37,
            _ => throw new ArgumentOutOfRangeException(nameof(outType)),
        };

        /// <summary>Whether it is one of the types of plain numbers.</summary>
        public bool IsFloat => outType is OutType.F32 or OutType.F16 or OutType.BF16;

        /// <summary>Whether it is one of the ternary types.</summary>
        public bool IsTernary => outType is OutType.TQ1_0 or OutType.TQ2_0;
    }
}
