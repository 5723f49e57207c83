using System.Collections.Immutable;

namespace GGUFPacker.Conversion;

/// <summary>Vision or audio parts that can be converted as projectors (<see cref="ConversionKind.Projector"/>).</summary>
public sealed record SupportedProjector
{
    /// <summary>Their name for people, such as <c>Gemma 3</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The names that config.json has for their models under "architectures", the usual one first.</summary>
    public required ImmutableArray<string> Names { get; init; }
}
