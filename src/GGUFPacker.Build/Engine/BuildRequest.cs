using System.Collections.Immutable;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Engine;

/// <summary>What an engine is asked to build.</summary>
public sealed record BuildRequest
{
    /// <summary>The path of the GGUFPackerfile; messages name it.</summary>
    public required string PackerfilePath { get; init; }

    /// <summary>The directory that local sources are relative to.</summary>
    public required string ContextDirectory { get; init; }

    /// <summary>Directories by name, for <c>FROM NAME</c> and <c>--from=NAME</c>.</summary>
    public ImmutableDictionary<string, string> NamedContexts { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Images by name, for <c>FROM NAME</c> and <c>--from=NAME</c>: references as FROM takes them.</summary>
    public ImmutableDictionary<string, string> NamedImages { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Values for ARG instructions.</summary>
    public ImmutableDictionary<string, string> BuildArguments { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Labels that are set on every image; they win over those of the file.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The stages to build; empty for the last one of the file.</summary>
    public ImmutableArray<BuildTarget> Targets { get; init; } = [];

    /// <summary>The platforms to build for; empty for linux/amd64. Several give an index for each target.</summary>
    public ImmutableArray<Platform> Platforms { get; init; } = [];

    /// <summary>
    /// The time that images and layers carry; null for the SOURCE_DATE_EPOCH build argument, else the Unix epoch, so that equal inputs give equal digests.
    /// </summary>
    public DateTimeOffset? SourceDateEpoch { get; init; }

    /// <summary>Which lint rules hold besides what the file says: <c>skip=RULE,…;error=true;experimental=RULE,…</c>; null for no more.</summary>
    public string? Check { get; init; }

    /// <summary>Threads for conversion and quantization; 0 for one per core.</summary>
    public int Threads { get; init; }

    /// <summary>Asks the registries for the images that FROM and --from name by tag even if the store has such a tag.</summary>
    public bool Pull { get; init; }

    /// <summary>
    /// Brings every file of the built images into the store, for those who link to them. Otherwise the files of base images that no step reads stay in their
    /// registries.
    /// </summary>
    public bool FetchFiles { get; init; }

    /// <summary>Runs every step again, whatever the cache holds.</summary>
    public bool NoCache { get; init; }

    /// <summary>The names or numbers of the stages whose own steps alone are run again.</summary>
    public ImmutableArray<string> NoCacheStages { get; init; } = [];

    /// <summary>Caches of other machines that results of steps are taken from. Which step gave what is believed; bytes are verified.</summary>
    public ImmutableArray<CacheLocation> CacheFrom { get; init; } = [];

    /// <summary>Where the results of this build's steps are put for other machines.</summary>
    public ImmutableArray<CacheLocation> CacheTo { get; init; } = [];
}
