using GGUFPacker.Tasks.Hosting;
using Microsoft.Build.Framework;

namespace GGUFPacker.Tasks;

/// <summary>Pushes images of the store to a registry.</summary>
public sealed class PushGGUFImages : GGUFTask
{
    /// <summary>The images: references within the store, with the manifest's digest in metadata <c>Digest</c>.</summary>
    [Required]
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>The store's directory.</summary>
    [Required]
    public string StorePath { get; set; } = "";

    /// <summary>The registry, such as <c>ghcr.io</c> or <c>localhost:5000</c>.</summary>
    [Required]
    public string Registry { get; set; } = "";

    /// <summary>Whether to show the percentage in the terminal's tab.</summary>
    public bool TerminalProgress { get; set; }

    /// <summary>The references in the registry, with metadata <c>Manifest</c>, <c>Configuration</c>, <c>ManifestDigest</c> and <c>ManifestMediaType</c>.</summary>
    [Output]
    public ITaskItem[] GeneratedContainers { get; private set; } = [];

    /// <inheritdoc />
    protected override Task RunAsync(CancellationToken cancellationToken) => throw new NotSupportedException("There is no registry client yet.");
}
