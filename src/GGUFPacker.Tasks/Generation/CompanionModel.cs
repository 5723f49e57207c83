using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Tasks.Generation;

/// <summary>A <c>GGUFAdapter</c>, <c>GGUFProjector</c> or <c>GGUFDrafter</c> item: a model file that is in each image beside the main one.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Number">Its number among those of its kind, from 1.</param>
internal sealed record CompanionModel(CompanionKind Kind, ModelSource Source, int Number)
{
    /// <summary>The model that an adapter or a drafter is for, if the item says so; else it is the main one.</summary>
    public ModelSource? Base { get; init; }

    /// <summary>What an adapter's difference is multiplied by; null for 1.</summary>
    public string? Scale { get; init; }

    /// <summary>The type that a drafter is quantized to, in upper case; null for none.</summary>
    public string? QuantizeType { get; init; }

    /// <summary>How a drafter drafts, as <c>--spec-type</c> names it; null if CMD says it otherwise.</summary>
    public string? SpecType { get; init; }

    /// <summary>The item's type.</summary>
    public string ItemType => $"GGUF{Kind}";

    /// <summary>The named context or stage that has the source: <c>adapter</c>, <c>adapter2</c>, ….</summary>
    public string SourceName => Numbered(Kind.ToString().ToLowerInvariant());

    /// <summary>The named context or stage that has the base.</summary>
    public string BaseName => Numbered(Kind == CompanionKind.Drafter ? "target" : "base");

    /// <summary>The stage that makes the file, where one has to.</summary>
    public string Stage => $"{SourceName}-gguf";

    /// <summary>The file in the images.</summary>
    public string FileName => (Kind, QuantizeType) switch
    {
        (_, null) when IsSplit => Path.GetFileName(Source.FullPath),
        (CompanionKind.Projector, _) => $"mmproj-{Source.Name}.gguf",
        (_, { } type) => $"{Source.Name}.{type}.gguf",
        _ => $"{Source.Name}.gguf",
    };

    /// <summary>Whether it is a split model on this machine, whose parts find each other by their names and so keep them.</summary>
    public bool IsSplit => !Source.IsRemote && PackerfileGenerator.PartsOf(Path.GetFileName(Source.FullPath)).Length > 1;

    /// <summary>The words of CMD that name the file.</summary>
    public IEnumerable<string> Arguments => (Kind, Scale) switch
    {
        (CompanionKind.Adapter, { } scale) => ["--lora-scaled", CommandFileList.Write($"{FileName}:{scale}")],
        (CompanionKind.Adapter, _) => ["--lora", CommandFileList.Write(FileName)],
        (CompanionKind.Projector, _) => ["--mmproj", FileName],
        _ => SpecType is null ? ["-md", FileName] : ["-md", FileName, "--spec-type", SpecType],
    };

    private string Numbered(string name) => Number == 1 ? name : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}{Number}");
}
