using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Registry.Authentication;
using GGUFPacker.Oci.Store;
using GGUFPacker.Tasks.Hosting;
using GGUFPacker.Tasks.Publishing;
using GGUFPacker.Tasks.Reporting;
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

    /// <summary>Whether certificates that nobody vouches for, and plain HTTP to other machines, are accepted.</summary>
    public bool Insecure { get; set; }

    /// <summary>Whether to show the percentage in the terminal's tab.</summary>
    public bool TerminalProgress { get; set; }

    /// <summary>
    /// The references in the registry, with metadata <c>Manifest</c>, <c>Configuration</c>, <c>ManifestDigest</c> and <c>ManifestMediaType</c>.
    /// </summary>
    [Output]
    public ITaskItem[] GeneratedContainers { get; private set; } = [];

    /// <inheritdoc />
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        using var store = ContentStore.Open(StorePath);
        using var client = new RegistryClient(new RegistryOptions { Credentials = FindCredentialAsync, Insecure = Insecure });
        using var terminal = TerminalProgress ? Reporting.TerminalProgress.Open() : null;
        var push = new ImagePush(client, store);
        var containers = new List<ITaskItem>();

        // Several tags of one image are one push.
        foreach (var image in PublishedImage.Find(store, Images, ProjectFile).GroupBy(image => (image.Manifest.Digest, image.Reference.Repository)))
        {
            var destinations = image.Select(found => found.Destination(Registry, ProjectFile)).ToList();
            var request = new PushRequest(image.First().Manifest, destinations[0])
            {
                OtherTags = [.. destinations.Skip(1).Select(destination => destination.Tag!)],
            };
            await push.RunAsync(request, new TransferProgressLog(Log, TimeProvider.System, terminal), cancellationToken).ConfigureAwait(false);
            containers.AddRange(image.Zip(destinations, (found, destination) => found.ToItem(store, destination.ToString())));
        }

        GeneratedContainers = [.. containers];
    }

    private ValueTask<RegistryCredential?> FindCredentialAsync(RegistryName registry, CancellationToken cancellationToken) =>
        EnvironmentCredential.Read(Environment.GetEnvironmentVariable, pushing: true) is { } credential && registry.Name == Registry
            ? ValueTask.FromResult<RegistryCredential?>(credential)
            : new DockerCredentials(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile))
                .FindAsync(registry, cancellationToken);
}
