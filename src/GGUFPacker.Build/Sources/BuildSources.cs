using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Build.Sources.Hub;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Sources;

/// <summary>What a build reads from elsewhere: connections are made when something is asked for.</summary>
internal sealed class BuildSources(ContentStore store, Func<string, string?> variable, string home, HttpOptions options) : IDisposable
{
    private readonly Lazy<HubSettings> _settings = new(() => HubSettings.Read(variable, home));
    private HttpFetcher? _http;
    private HubClient? _hub;

    /// <summary>How the hub is reached.</summary>
    public HubSettings HubSettings => _settings.Value;

    /// <summary>The hub.</summary>
    public HubClient Hub => _hub ??= new HubClient(HubSettings, options);

    /// <summary>Web addresses; no credential goes to them.</summary>
    public HttpFetcher Http => _http ??= new HttpFetcher(options);

    /// <summary>Fetches files of web addresses into the store.</summary>
    public FileDownload Files => new(Http, store);

    /// <summary>Fetches files of the hub into the store.</summary>
    public FileDownload HubFiles => new(Hub.Http, store);

    public void Dispose()
    {
        _http?.Dispose();
        _hub?.Dispose();
    }
}
