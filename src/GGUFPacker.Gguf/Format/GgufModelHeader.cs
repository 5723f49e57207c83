using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// The header of a whole model whose files need not be on this disk: what <see cref="GgufFile"/> has, without a way to the tensors' data. Immutable.
/// </summary>
public sealed class GgufModelHeader
{
    private GgufModelHeader(ImmutableArray<GgufFilePart> parts)
    {
        Parts = parts;
        (Metadata, Tensors, _) = GgufPartJoin.Join(parts);
    }

    /// <summary>The files; one, unless the model is split.</summary>
    public ImmutableArray<GgufFilePart> Parts { get; }

    /// <summary>The key-values; of a split model the first part's, without the split.* keys.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors of all parts, in file order.</summary>
    public ImmutableArray<TensorInfo> Tensors { get; }

    /// <summary>Bytes of all files.</summary>
    public long Length => Parts.Sum(part => part.Length);

    /// <summary>Joins the headers of a model's files.</summary>
    /// <param name="parts">All files, in order; the paths are names for errors.</param>
    /// <exception cref="GgufException">They are not the parts of one model, or tensor data is outside a file.</exception>
    public static GgufModelHeader Join(ImmutableArray<GgufFilePart> parts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(parts.Length, nameof(parts));
        foreach (var part in parts)
        {
            GgufPartJoin.RequireDataInside(part);
        }

        return new GgufModelHeader(parts);
    }

    /// <summary>The names of the second and all further files that a first one asks for, beside it; none if it is not split.</summary>
    /// <param name="first">The first file.</param>
    /// <param name="limits">What a header may ask for; <see cref="GgufLimits.Default"/> if null.</param>
    /// <exception cref="GgufException">It is another part than the first, or not named like one.</exception>
    public static ImmutableArray<string> OtherNames(GgufFilePart first, GgufLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        return GgufPartJoin.OtherNames(first, limits ?? GgufLimits.Default);
    }
}
