using System.Collections.Concurrent;
using System.Collections.Immutable;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Build.Embedded.Caching;

/// <summary>
/// The caches that a build shares with other machines. Which step gave which file is believed, as the user chose the cache; the file's bytes are verified.
/// A cache that cannot be read, or whose bytes are wrong, is a warning: the step then runs.
/// </summary>
internal sealed class SharedCache
{
    private readonly ContentStore _store;
    private readonly RegistryClient? _registries;
    private readonly string _packerfile;
    private readonly List<CacheSource> _sources = [];
    private readonly ConcurrentQueue<Diagnostic> _warnings = new();
    private readonly ConcurrentDictionary<Digest, (GraphNode Node, StoredFile File)> _results = new();

    private SharedCache(ContentStore store, RegistryClient? registries, string packerfile) =>
        (_store, _registries, _packerfile) = (store, registries, packerfile);

    /// <summary>What was wrong with the caches.</summary>
    public ImmutableArray<Diagnostic> Warnings => [.. _warnings];

    /// <summary>Reads what the caches have that a request names.</summary>
    public static async Task<SharedCache> OpenAsync(ContentStore store, RegistryClient? registries, BuildRequest request, CancellationToken cancellationToken)
    {
        var cache = new SharedCache(store, registries, request.PackerfilePath);
        foreach (var location in request.CacheFrom)
        {
            try
            {
                cache._sources.Add(await CacheSource.OpenAsync(location, store, registries, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception exception) when (IsOfTheCache(exception))
            {
                cache.Warn($"The cache {location} cannot be read: {exception.Message} The build goes on without it.");
            }
        }

        return cache;
    }

    /// <summary>Whether a cache says that it has a step's result.</summary>
    public bool Has(string key) => _sources.Exists(source => source.Find(StepCache.ContentKey(key)) is not null);

    /// <summary>Brings a step's result into the store if a cache has it.</summary>
    public async Task<StoredFile?> FindAsync(BuildReporter reporter, GraphNode node, string key, CancellationToken cancellationToken)
    {
        var digest = StepCache.ContentKey(key);
        foreach (var source in _sources)
        {
            if (source.Find(digest) is not { } step)
            {
                continue;
            }

            try
            {
                var progress = new Relay(transfer =>
                    reporter.Report(node, BuildStepStatus.Advanced, transfer.Done, transfer.Blob.Size, $"from the cache {source.Location}"));
                await source.FetchAsync(step, progress, cancellationToken).ConfigureAwait(false);
                if (_store.Contents.Contains(step.Content, step.Size))
                {
                    return new StoredFile(step.Content, step.Size, _store.Contents.PathOf(step.Content), ContentOrigin.Downloaded);
                }
            }
            catch (Exception exception) when (IsOfTheCache(exception))
            {
                Warn($"The cache {source.Location} does not give the result of '{node.Name}': {exception.Message} The step is run.");
            }
        }

        return null;
    }

    /// <summary>Notes a result that may be written to a cache.</summary>
    public void Note(GraphNode node, string key, StoredFile file) => _results[StepCache.ContentKey(key)] = (node, file);

    /// <summary>Writes the results to a cache.</summary>
    /// <param name="location">The cache.</param>
    /// <param name="layers">The layers of the build's images by node.</param>
    /// <param name="reporter">Told of the bytes.</param>
    /// <param name="cancellationToken">Stops; the cache is then as it was, besides blobs that nothing names.</param>
    /// <exception cref="BuildException">It cannot be written.</exception>
    public async Task WriteAsync(
        CacheLocation location, IReadOnlyDictionary<GraphNode, LayerRecipe> layers, BuildReporter reporter, CancellationToken cancellationToken)
    {
        var name = $"write the cache {location}";
        try
        {
            reporter.Report(name, BuildStepStatus.Started);
            var manifest = Collect(location.IncludesIntermediates, layers);
            var config = _store.Blobs.Put(CacheManifest.ConfigType, manifest.ToConfig());
            var descriptor = _store.Blobs.Put(MediaTypes.ImageManifest, new ImageManifest { Config = config, Layers = manifest.Layers }.ToBytes());
            if (location.Directory is { } directory)
            {
                var writer = new LayoutWriter(_store, _registries);
                await writer.WriteDirectoryAsync(directory, [new LayoutImage(descriptor, null)], cancellationToken).ConfigureAwait(false);
            }
            else
            {
                var progress = new Relay(transfer =>
                    reporter.Report(name, BuildStepStatus.Advanced, transfer.Done, transfer.Blob.Size, transfer.Blob.Digest.ToString()));
                await new ImagePush(_registries ?? throw new RegistryException("No registry can be reached here."), _store)
                    .RunAsync(new PushRequest(descriptor, location.Reference!), progress, cancellationToken).ConfigureAwait(false);
            }

            reporter.Report(name, BuildStepStatus.Completed);
        }
        catch (Exception exception) when (IsOfTheCache(exception))
        {
            reporter.Report(name, BuildStepStatus.Failed, detail: exception.Message);
            var message = $"The cache {location} cannot be written: {exception.Message}";
            if (!location.IgnoresErrors)
            {
                throw new BuildException([Fault(DiagnosticSeverity.Error, message)], exception);
            }

            Warn(message);
        }
    }

    private CacheManifest Collect(bool includesIntermediates, IReadOnlyDictionary<GraphNode, LayerRecipe> layers)
    {
        var descriptors = new List<Descriptor>();
        var steps = new List<CachedStep>();
        foreach (var (key, (node, file)) in _results.OrderBy(result => result.Key.Hex, StringComparer.Ordinal))
        {
            if (layers.GetValueOrDefault(node) is { } layer)
            {
                Add(layer);
            }
            else if (includesIntermediates)
            {
                Add(_store.Layers.Create([LayerEntry.File("content", file.Digest, file.Size)]));
            }

            void Add(LayerRecipe recipe)
            {
                var index = descriptors.FindIndex(descriptor => descriptor.Digest == recipe.DiffId);
                if (index < 0)
                {
                    index = descriptors.Count;
                    descriptors.Add(recipe.ToDescriptor());
                }

                steps.Add(new CachedStep(key, index, file.Digest, file.Size, node.Name));
            }
        }

        return new CacheManifest([.. steps], [.. descriptors]);
    }

    private void Warn(string message) => _warnings.Enqueue(Fault(DiagnosticSeverity.Warning, message));

    private Diagnostic Fault(DiagnosticSeverity severity, string message) =>
        new(GraphDiagnosticCodes.CacheUnavailable, severity, SourceSpan.File(_packerfile), message);

    // A disk that is full is no matter of the cache.
    private static bool IsOfTheCache(Exception exception) =>
        exception is RegistryException or ContentException or LayerException or FormatException or HttpRequestException or UnauthorizedAccessException
        || (exception is IOException error && !DiskFull.Is(error));

    // Progress<T> would post to another thread.
    private sealed class Relay(Action<TransferProgress> tell) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => tell(value);
    }
}
