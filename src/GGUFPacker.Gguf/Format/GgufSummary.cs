using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Format;

/// <summary>
/// What a model is, in a few figures and texts: the ones that gguf-parser-go v0.12.0 gives, which images carry. Texts are without white space at
/// their ends, and null where the model has none.
/// </summary>
public sealed record GgufSummary
{
    /// <summary><c>model</c>, <c>adapter</c>, <c>projector</c> or what <c>general.type</c> says.</summary>
    public required string Type { get; init; }

    /// <summary>The architecture; of a control vector the one that it is for; <c>llama</c> if the file names none.</summary>
    public required string Architecture { get; init; }

    /// <summary>The name (<c>general.name</c>).</summary>
    public string? Name { get; init; }

    /// <summary>The author (<c>general.author</c>).</summary>
    public string? Author { get; init; }

    /// <summary>The address of its home page (<c>general.url</c>).</summary>
    public string? Url { get; init; }

    /// <summary>The description (<c>general.description</c>).</summary>
    public string? Description { get; init; }

    /// <summary>The license (<c>general.license</c>).</summary>
    public string? License { get; init; }

    /// <summary>The file type, see <see cref="GgufFileTypeLabel"/>.</summary>
    public required GgufFileTypeLabel FileType { get; init; }

    /// <summary>The number of weights: the elements of all tensors.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of all files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of tensor data with its padding.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>The files; one, unless the model is split.</summary>
    public required ImmutableArray<GgufPartSummary> Parts { get; init; }

    /// <summary>Bits of tensor data for each weight; 0 without weights.</summary>
    public double BitsPerWeight => Parameters == 0 ? 0 : (double)unchecked((ulong)ModelBytes) * 8 / Parameters;

    /// <summary>Summarizes an open file.</summary>
    public static GgufSummary Of(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var metadata = file.Metadata;
        var hint = Text(metadata, "controlvector.model_hint");
        var architecture = Text(metadata, "general.architecture");
        var alignment = file.Parts.Select(part => part.Header.Metadata.GetInteger(GgufLayout.AlignmentKey)).FirstOrDefault(value => value.HasValue)
            ?? GgufHeader.DefaultAlignment;
        var parts = file.Parts.Select(part =>
        {
            var padding = alignment - (part.Header.Length % alignment);
            return new GgufPartSummary(padding, part.Header.Length + padding, part.Length);
        }).ToImmutableArray();
        return new GgufSummary
        {
            Type = hint is null && architecture == "clip" ? "projector" : Text(metadata, "general.type") ?? (hint is null ? "model" : "adapter"),
            Architecture = hint ?? architecture ?? "llama",
            Name = Text(metadata, "general.name"),
            Author = Text(metadata, "general.author"),
            Url = Text(metadata, "general.url"),
            Description = Text(metadata, "general.description"),
            License = Text(metadata, "general.license"),
            FileType = GgufFileTypeLabel.Of(metadata.GetInteger("general.file_type"), file.Tensors),
            Parameters = file.Tensors.Sum(tensor => tensor.Shape.IsEmpty ? 0 : tensor.ElementCount),
            Bytes = parts.Sum(part => part.Bytes),
            ModelBytes = parts.Sum(part => part.ModelBytes),
            Parts = parts,
        };
    }

    private static string? Text(GgufMetadata metadata, string key) => metadata.GetString(key)?.Trim();
}
