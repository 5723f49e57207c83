using System.Collections.Immutable;

namespace GGUFPacker.Conversion;

/// <summary>A family of models that can be converted.</summary>
public sealed record SupportedFamily
{
    /// <summary>Its name for people, such as <c>Gemma 2</c>.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// The names that config.json has for it under "architectures", the usual one first. Each can be asked for by
    /// <see cref="ConvertOptions.Architecture"/>.
    /// </summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>llama.cpp's names for it (general.architecture).</summary>
    public required ImmutableArray<string> GgufArchitectures { get; init; }

    /// <summary>What its conversion has beyond new names; empty if nothing.</summary>
    public required string Special { get; init; }

    /// <summary>Whether layers that predict further tokens can be left out or converted alone (<see cref="TokenPrediction"/>).</summary>
    public required bool ExportsTokenPrediction { get; init; }

    /// <summary>Whether the vision or audio part can be converted too, as a projector.</summary>
    public required bool HasProjector { get; init; }
}
