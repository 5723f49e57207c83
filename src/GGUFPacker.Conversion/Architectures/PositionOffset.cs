using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>RoBERTa's position embeddings begin behind the padding token's: the rows before are cut, and the context is shorter by them.</summary>
/// <param name="Rows">The rows to cut; null where the configuration names no padding token.</param>
internal sealed record PositionOffset(long? Rows)
{
    /// <summary>The offset of a configuration.</summary>
    public static PositionOffset Of(ModelConfig config) => new(config.Integer("pad_token_id") + 1);

    /// <summary>The configuration with the shorter context.</summary>
    public static ArchitectureContext Shorten(ArchitectureContext context) =>
        Of(context.Config).Rows is { } rows && context.Config.Contains("max_position_embeddings")
            ? context with { Config = context.Config.With("max_position_embeddings", context.Config.RequireInteger("max_position_embeddings") - rows) }
            : context;

    /// <summary>Cuts the rows, if this is the position embeddings' matrix.</summary>
    public NamedTensor Cut(NamedTensor tensor) => Rows is { } rows && tensor.Name == "embeddings.position_embeddings.weight"
        ? tensor.With(source => source.Sliced(0, rows, source.Shape.FirstOrDefault() - rows))
        : tensor;
}
