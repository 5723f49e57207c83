using System.Collections.Immutable;

namespace GGUFPacker.Tasks.Generation;

/// <summary>What a model project asks for: the items and properties of a .ggufproj.</summary>
internal sealed record ModelProject
{
    /// <summary>The project file; messages point into it.</summary>
    public required string Path { get; init; }

    /// <summary>The models, in order.</summary>
    public ImmutableArray<ModelSource> Models { get; init; } = [];

    /// <summary>The model files that each image has beside the model: adapters, a projector, a drafter.</summary>
    public ImmutableArray<CompanionModel> Companions { get; init; } = [];

    /// <summary>The types to quantize to; empty for the converted model itself.</summary>
    public ImmutableArray<QuantizeVariant> QuantizeTypes { get; init; } = [];

    /// <summary>The words of CMD behind the model's own, in order.</summary>
    public ImmutableArray<string> CommandArguments { get; init; } = [];

    /// <summary>The labels; of several with one key the last wins.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>The image to start from.</summary>
    public string BaseImage { get; init; } = "scratch";

    /// <summary>The images' repository, as the project states it.</summary>
    public required string Repository { get; init; }

    /// <summary>The tags that stand before each type's name; empty for the type's name alone.</summary>
    public ImmutableArray<string> ImageTags { get; init; } = [];

    /// <summary>Whether the project brings a GGUFPackerfile of its own.</summary>
    public bool HasPackerfile { get; init; }
}
