using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Policy;

/// <summary>
/// What a model is to be quantized to, by the names of llama-quantize (llama.cpp v0.5.0): a file type, possibly under an alias (Q4_K for Q4_K_M),
/// or COPY, which keeps every tensor as it is.
/// </summary>
public sealed record QuantizeType
{
    private QuantizeType(string name, GgufFileType fileType) => (Name, FileType) = (name, fileType);

    /// <summary>Keeps every tensor, and the file type, as they are.</summary>
    public static QuantizeType Copy { get; } = new("COPY", GgufFileType.F32);

    /// <summary>All types, in the order in which llama-quantize knows them: a number means the first one that has it.</summary>
    public static ImmutableArray<QuantizeType> All { get; } =
    [
        Of(GgufFileType.Q1_0), Of(GgufFileType.Q2_0), Of(GgufFileType.Q4_0), Of(GgufFileType.Q4_1), Of(GgufFileType.MXFP4_MOE),
        Of(GgufFileType.Q5_0), Of(GgufFileType.Q5_1), Of(GgufFileType.IQ2_XXS), Of(GgufFileType.IQ2_XS), Of(GgufFileType.IQ2_S),
        Of(GgufFileType.IQ2_M), Of(GgufFileType.IQ1_S), Of(GgufFileType.IQ1_M), Of(GgufFileType.TQ1_0), Of(GgufFileType.TQ2_0),
        Of(GgufFileType.Q2_K), Of(GgufFileType.Q2_K_S), Of(GgufFileType.IQ3_XXS), Of(GgufFileType.IQ3_S), Of(GgufFileType.IQ3_M),
        new("Q3_K", GgufFileType.Q3_K_M), Of(GgufFileType.IQ3_XS), Of(GgufFileType.Q3_K_S), Of(GgufFileType.Q3_K_M), Of(GgufFileType.Q3_K_L),
        Of(GgufFileType.IQ4_NL), Of(GgufFileType.IQ4_XS), new("Q4_K", GgufFileType.Q4_K_M), Of(GgufFileType.Q4_K_S), Of(GgufFileType.Q4_K_M),
        new("Q5_K", GgufFileType.Q5_K_M), Of(GgufFileType.Q5_K_S), Of(GgufFileType.Q5_K_M), Of(GgufFileType.Q6_K), Of(GgufFileType.Q8_0),
        Of(GgufFileType.F16), Of(GgufFileType.BF16), Of(GgufFileType.F32), Copy,
    ];

    private static Dictionary<string, QuantizeType> ByName { get; } = All.ToDictionary(type => type.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name in llama-quantize's spelling, aliases included; output files are named after it.</summary>
    public string Name { get; }

    /// <summary>The file type; without meaning for <see cref="Copy"/>.</summary>
    public GgufFileType FileType { get; }

    /// <summary>Whether this is <see cref="Copy"/>.</summary>
    public bool IsCopy => ReferenceEquals(this, Copy);

    /// <summary>The type of a tensor for which the mixture has no rule of its own.</summary>
    public TensorType DefaultTensorType => FileType.DefaultTensorType!.Value;

    /// <summary>Whether most tensors of the type are useless without an importance matrix.</summary>
    public bool RequiresImatrix => !IsCopy && TensorTypePolicy.RequiresImatrix(DefaultTensorType, FileType);

    /// <summary>Finds a type by name, in any case, or by number.</summary>
    /// <exception cref="FormatException">There is no such type; the message says what to use instead of a removed one.</exception>
    public static QuantizeType Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (TryParse(text, out var type))
        {
            return type;
        }

        if (RemovedQuantizeType.Describe(text) is { } removed)
        {
            throw new FormatException(removed);
        }

        if (string.Equals(text, nameof(GgufFileType.NVFP4), StringComparison.OrdinalIgnoreCase) || text is "39")
        {
            throw new FormatException($"The quantize type '{text}' cannot be quantized to: NVFP4 files come from checkpoints that hold NVFP4 weights.");
        }

        throw new FormatException($"'{text}' is no quantize type; the types are {string.Join(", ", All.Select(known => known.Name))}.");
    }

    /// <summary>Finds a type by name, in any case, or by number (what follows the digits is ignored, as llama-quantize does).</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out QuantizeType? type)
    {
        type = null;
        if (text is null)
        {
            return false;
        }

        if (ByName.TryGetValue(text, out type))
        {
            return true;
        }

        var digits = LeadingInteger.Parse(text);
        type = digits is null ? null : All.FirstOrDefault(known => (int)known.FileType == digits);
        return type is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static QuantizeType Of(GgufFileType type) => new(type.ToString(), type);
}
