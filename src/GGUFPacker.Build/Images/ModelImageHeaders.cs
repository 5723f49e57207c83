using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Build.Images;

/// <summary>The headers of the files that an image's CMD names, as its config describes them. Immutable.</summary>
public sealed record ModelImageHeaders
{
    private ModelImageHeaders()
    {
    }

    /// <summary>The model.</summary>
    public required ModelFileHeader Model { get; init; }

    /// <summary>The draft model; null without one.</summary>
    public ModelFileHeader? Drafter { get; init; }

    /// <summary>The multimodal projector; null without one.</summary>
    public ModelFileHeader? Projector { get; init; }

    /// <summary>LoRA adapters and control vectors, in the command's order.</summary>
    public ImmutableArray<ModelFileHeader> Adapters { get; init; } = [];

    /// <summary>Reads the headers.</summary>
    /// <param name="config">The image's config; it must have a model.</param>
    /// <param name="open">Opens a file of the image, see <see cref="ModelFileHeader.ReadAsync"/>.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ContentException">The config describes no header that could be, or a file has another one.</exception>
    public static async Task<ModelImageHeaders> ReadAsync(
        ModelImageConfig config, Func<string, CancellationToken, Task<Stream?>> open, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Model is null)
        {
            throw new ContentException("The image config describes no model.");
        }

        // Images of the original keep files of a base image that their own CMD does not name, and list adapters twice.
        var named = config.Command.Files.Select(file => (file.Kind, file.Index)).ToHashSet();
        var adapters = ImmutableArray.CreateBuilder<ModelFileHeader>();
        foreach (var adapter in config.Adapters.Where(adapter => IsNamed(CommandFileKind.Adapter, adapter)).DistinctBy(adapter => (adapter.CommandIndex, adapter.CommandValue)))
        {
            adapters.Add(await ModelFileHeader.ReadAsync(adapter, open, cancellationToken).ConfigureAwait(false));
        }

        return new ModelImageHeaders
        {
            Model = await ModelFileHeader.ReadAsync(config.Model, open, cancellationToken).ConfigureAwait(false),
            Drafter = await FindAsync(CommandFileKind.Drafter, config.Drafter).ConfigureAwait(false),
            Projector = await FindAsync(CommandFileKind.Projector, config.Projector).ConfigureAwait(false),
            Adapters = adapters.ToImmutable(),
        };

        bool IsNamed(CommandFileKind kind, ModelFile file) => named.Contains((kind, file.CommandIndex));

        async Task<ModelFileHeader?> FindAsync(CommandFileKind kind, ModelFile? file) =>
            file is not null && IsNamed(kind, file) ? await ModelFileHeader.ReadAsync(file, open, cancellationToken).ConfigureAwait(false) : null;
    }
}
