using System.Diagnostics.CodeAnalysis;

namespace GGUFPacker.Gguf.Tensors;

/// <summary>Sizes and names of the tensor types, from ggml's type traits (llama.cpp v0.5.0).</summary>
public static class TensorTypes
{
    private static readonly Dictionary<TensorType, Traits> All = new()
    {
        [TensorType.F32] = new("f32", 1, 4),
        [TensorType.F16] = new("f16", 1, 2),
        [TensorType.Q4_0] = new("q4_0", 32, 18),
        [TensorType.Q4_1] = new("q4_1", 32, 20),
        [TensorType.Q5_0] = new("q5_0", 32, 22),
        [TensorType.Q5_1] = new("q5_1", 32, 24),
        [TensorType.Q8_0] = new("q8_0", 32, 34),
        [TensorType.Q8_1] = new("q8_1", 32, 36),
        [TensorType.Q2_K] = new("q2_K", 256, 84),
        [TensorType.Q3_K] = new("q3_K", 256, 110),
        [TensorType.Q4_K] = new("q4_K", 256, 144),
        [TensorType.Q5_K] = new("q5_K", 256, 176),
        [TensorType.Q6_K] = new("q6_K", 256, 210),
        [TensorType.Q8_K] = new("q8_K", 256, 292),
        [TensorType.IQ2_XXS] = new("iq2_xxs", 256, 66),
        [TensorType.IQ2_XS] = new("iq2_xs", 256, 74),
        [TensorType.IQ3_XXS] = new("iq3_xxs", 256, 98),
        [TensorType.IQ1_S] = new("iq1_s", 256, 50),
        [TensorType.IQ4_NL] = new("iq4_nl", 32, 18),
        [TensorType.IQ3_S] = new("iq3_s", 256, 110),
        [TensorType.IQ2_S] = new("iq2_s", 256, 82),
        [TensorType.IQ4_XS] = new("iq4_xs", 256, 136),
        [TensorType.I8] = new("i8", 1, 1),
        [TensorType.I16] = new("i16", 1, 2),
        [TensorType.I32] = new("i32", 1, 4),
        [TensorType.I64] = new("i64", 1, 8),
        [TensorType.F64] = new("f64", 1, 8),
        [TensorType.IQ1_M] = new("iq1_m", 256, 56),
        [TensorType.BF16] = new("bf16", 1, 2),
        [TensorType.TQ1_0] = new("tq1_0", 256, 54),
        [TensorType.TQ2_0] = new("tq2_0", 256, 66),
        [TensorType.MXFP4] = new("mxfp4", 32, 17),
        [TensorType.NVFP4] = new("nvfp4", 64, 36),
        [TensorType.Q1_0] = new("q1_0", 128, 18),
        [TensorType.Q2_0] = new("q2_0", 64, 18),
    };

    private static readonly Dictionary<string, TensorType> ByName =
        All.ToDictionary(entry => entry.Value.Name, entry => entry.Key, StringComparer.OrdinalIgnoreCase);

    extension(TensorType type)
    {
        /// <summary>Whether ggml knows this number.</summary>
        public bool IsKnown => All.ContainsKey(type);

        /// <summary>ggml's own spelling: <c>f32</c>, <c>q4_0</c>, <c>q4_K</c>, <c>iq2_xxs</c>.</summary>
        public string GgmlName => Get(type).Name;

        /// <summary>Elements in one block; 1 for types that are no blocks.</summary>
        public int BlockLength => Get(type).BlockLength;

        /// <summary>Bytes of one block.</summary>
        public int BlockBytes => Get(type).BlockBytes;

        /// <summary>Whether the type packs several elements into a block with shared scales.</summary>
        public bool IsQuantized => Get(type).BlockLength > 1;

        /// <summary>Bytes of one row of <paramref name="columns"/> elements.</summary>
        /// <exception cref="ArgumentException">The row is not a whole number of blocks.</exception>
        public long RowBytes(long columns)
        {
            var traits = Get(type);
            if (columns < 0 || columns % traits.BlockLength != 0)
            {
                throw new ArgumentException($"A row of {columns} elements is not a multiple of the {traits.BlockLength} elements of a {traits.Name} block.");
            }

            return checked(columns / traits.BlockLength * traits.BlockBytes);
        }
    }

    /// <summary>Finds a type by ggml's name, in any case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out TensorType type)
    {
        type = default;
        return name is not null && ByName.TryGetValue(name, out type);
    }

    private static Traits Get(TensorType type) =>
        All.TryGetValue(type, out var traits) ? traits : throw new ArgumentOutOfRangeException(nameof(type), $"{(uint)type} is no tensor type of ggml.");

    private readonly record struct Traits(string Name, int BlockLength, int BlockBytes);
}
