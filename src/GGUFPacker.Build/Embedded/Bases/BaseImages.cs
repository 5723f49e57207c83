using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Graph;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Bases;

/// <summary>
/// Finds the images that FROM and --from name: in the store, else in their registries, of which manifest and config are fetched and nothing else. A graph is
/// built without waiting for anybody, so names that are not known yet are taken for images at first, asked for all at once, and the graph is built again.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="registries">How registries are reached; null if the store alone is asked.</param>
public sealed class BaseImages(ContentStore store, RegistryClient? registries)
{
    private readonly StoreImages _stored = new(store);
    private readonly Dictionary<(string Name, Platform Platform), Answer> _answers = [];
    private readonly HashSet<(ImageReference Reference, Platform Platform)> _asked = [];

    /// <summary>Whether tags are asked for at their registries even if the store has them.</summary>
    public bool Pull { get; init; }

    /// <summary>Told of what is asked for.</summary>
    public IProgress<BuildProgress>? Progress { get; init; }

    /// <summary>
    /// Runs something that needs images until all that it needs are known; what it gives before that counts for nothing. What it throws passes through: a
    /// faulty file is told of before anybody is asked.
    /// </summary>
    /// <param name="run">What is run. Images that are not known yet are given to it as empty ones.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<T> RunAsync<T>(Func<ImageResolver, T> run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        while (true)
        {
            _asked.Clear();
            var result = run(Find);
            if (_asked.Count == 0)
            {
                return result;
            }

            foreach (var ((reference, platform), answer) in await Task.WhenAll(_asked.Select(async asked =>
                (asked, await AskAsync(asked.Reference, asked.Platform, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false))
            {
                _answers[(reference.ToString(), platform)] = answer;
            }
        }
    }

    private BaseImage? Find(ImageReference reference, Platform platform)
    {
        if (_answers.TryGetValue((reference.ToString(), platform), out var known))
        {
            return known.Fault is { } fault ? throw fault : known.Image;
        }

        if (registries is null)
        {
            return _stored.Find(reference, platform);
        }

        _asked.Add((reference, platform));
        return new BaseImage(reference, default, new ImageConfig { Platform = platform });
    }

    private async Task<Answer> AskAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        BaseImage? stored = null;
        if (!Pull || !reference.Digest.IsEmpty)
        {
            try
            {
                stored = _stored.Find(reference, platform);
            }
            catch (Exception exception) when (exception is ContentException or StoreException)
            {
                // An index of which the store has other platforms only.
            }
        }

        if (stored is not null && IsFor(stored, platform))
        {
            return new(stored, null);
        }

        try
        {
            return new(await FetchAsync(reference, platform, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception exception) when (stored is not null && exception is RegistryException or ContentException)
        {
            // Made here for another platform: the lint rule says so.
            return new(stored, null);
        }
        catch (RegistryException exception) when (exception.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return new(null, null);
        }
        catch (Exception exception) when (exception is RegistryException or ContentException)
        {
            return new(null, exception);
        }
    }

    private async Task<BaseImage> FetchAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        var step = $"metadata {reference} {platform}";
        var name = $"[internal] load metadata of {reference.Familiar}";
        Progress?.Report(new BuildProgress { Step = step, Name = name, Status = BuildStepStatus.Started });
        try
        {
            var request = new PullRequest(reference) { Platform = platform, WithoutLayers = true };
            var image = await new ImagePull(registries!, store).RunAsync(request, progress: null, cancellationToken).ConfigureAwait(false);
            Progress?.Report(new BuildProgress { Step = step, Name = name, Status = BuildStepStatus.Completed });
            return new BaseImage(reference, image.ManifestDescriptor.Digest, image.Config);
        }
        catch (Exception exception)
        {
            Progress?.Report(new BuildProgress { Step = step, Name = name, Status = BuildStepStatus.Failed, Detail = exception.Message });
            throw;
        }
    }

    private static bool IsFor(BaseImage image, Platform platform)
    {
        var (actual, wanted) = (image.Config.Platform.Normalize(), platform.Normalize());
        return (actual.Os, actual.Architecture) == (wanted.Os, wanted.Architecture);
    }

    private readonly record struct Answer(BaseImage? Image, Exception? Fault);
}
