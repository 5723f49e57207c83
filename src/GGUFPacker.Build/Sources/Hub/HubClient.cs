using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Sources.Hub;

/// <summary>
/// The API of a Hugging Face hub: which commit a revision is, which files it has, and where their bytes are. The token goes to the hub's own origin alone;
/// large files come from where the hub redirects to.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MaxFiles = 100_000;
    private const int MaxPages = 1000;

    private readonly HubSettings _settings;

    public HubClient(HubSettings settings, HttpOptions options)
    {
        _settings = settings;
        var authorization = settings.Token is null ? null : new AuthenticationHeaderValue("Bearer", settings.Token);
        Http = new HttpFetcher(options with { Authorization = uri => IsHub(uri) ? authorization : options.Authorization(uri) });
    }

    /// <summary>What fetches the files.</summary>
    public HttpFetcher Http { get; }

    /// <summary>Finds out a repository's commit and files.</summary>
    /// <exception cref="SourceException">There is no such repository or revision, or it may not be read.</exception>
    public async Task<HubModel> GetAsync(HubAddress address, CancellationToken cancellationToken)
    {
        if (_settings.IsOffline)
        {
            throw new SourceException($"{address} cannot be asked for: HF_HUB_OFFLINE forbids the network.");
        }

        var revision = await GetRevisionAsync(address, cancellationToken).ConfigureAwait(false);
        if (revision.Sha is not { Length: 40 } commit || !commit.All(char.IsAsciiHexDigit))
        {
            throw new SourceException($"{_settings.Endpoint} names no commit for {address}.");
        }

        var license = revision.CardData is { ValueKind: JsonValueKind.Object } card
            && card.TryGetProperty("license", out var text)
            && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;
        return new HubModel(address.Repository, commit, await ListAsync(address, commit, cancellationToken).ConfigureAwait(false), license);
    }

    /// <summary>A file's bytes, to be fetched.</summary>
    public RemoteFile Remote(HubModel model, HubFile file) =>
        new(Address($"{model.Repository}/resolve/{model.Commit}/{Escape(file.Path)}"), file.Path, file.Size, file.Digest?.ToString() ?? "git:" + file.GitObject)
        {
            Digest = file.Digest,
            Verify = file.Digest is null ? (path, token) => GitBlob.IsAsync(path, file.GitObject, token) : null,
            Explain = response => Explain(response, $"{model.Repository}/{file.Path}"),
        };

    public void Dispose() => Http.Dispose();

    private async Task<HubAnswers.Revision> GetRevisionAsync(HubAddress address, CancellationToken cancellationToken)
    {
        var uri = Address($"api/models/{address.Repository}/revision/{Uri.EscapeDataString(address.Revision ?? "main")}");
        using var response = await Http.SendAsync(uri, null, cancellationToken).ConfigureAwait(false);
        return await ParseAsync(response, address, HubJson.Default.Revision, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ImmutableArray<HubFile>> ListAsync(HubAddress address, string commit, CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<HubFile>();
        Uri? page = Address($"api/models/{address.Repository}/tree/{commit}?recursive=true&expand=false");
        for (var pages = 0; page is not null; pages++)
        {
            using var response = await Http.SendAsync(page, null, cancellationToken).ConfigureAwait(false);
            foreach (var entry in await ParseAsync(response, address, HubJson.Default.EntryArray, cancellationToken).ConfigureAwait(false))
            {
                if (entry.Type == "file")
                {
                    files.Add(FileOf(entry, address));
                }
            }

            page = NextPage(response, page);
            if (files.Count > MaxFiles || pages >= MaxPages)
            {
                throw new SourceException($"{address} has more than {MaxFiles} files.");
            }
        }

        return [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
    }

    private static HubFile FileOf(HubAnswers.Entry entry, HubAddress address)
    {
        if (entry.Path is not { Length: > 0 } path
            || path.Split('/').Any(part => part is "" or "." or "..")
            || path.Contains('\\', StringComparison.Ordinal)
            || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new SourceException($"{address} lists a file with the path '{entry.Path}', which leads out of it.");
        }

        Digest? digest = null;
        if (entry.Lfs?.Oid is { } oid)
        {
            digest = Digest.TryParse("sha256:" + oid, out var parsed)
                ? parsed
                : throw new SourceException($"{address} lists '{path}' with '{oid}', which is no SHA-256 digest.");
        }

        var size = entry.Lfs?.Size ?? entry.Size;
        return size >= 0 && entry.Oid is { Length: > 0 } git
            ? new HubFile(path, size, git, digest)
            : throw new SourceException($"{address} lists '{path}' without a size or an object.");
    }

    private async Task<T> ParseAsync<T>(
        HttpResponseMessage response, HubAddress address, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw Explain(response, address.ToString());
        }

        var body = await Http.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException exception)
        {
            throw new SourceException(
                $"{HttpFetcher.Shown(response.RequestMessage!.RequestUri!)} did not answer as a hub does: {exception.Message}", exception);
        }
    }

    // Link: <address>; rel="next". The next page is the hub's own.
    private Uri? NextPage(HttpResponseMessage response, Uri page)
    {
        var link = response.Headers.TryGetValues("Link", out var values)
            ? string.Join(',', values).Split(',').FirstOrDefault(value => value.Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase))
            : null;
        var (open, close) = (link?.IndexOf('<', StringComparison.Ordinal) ?? -1, link?.IndexOf('>', StringComparison.Ordinal) ?? -1);
        return open >= 0 && close > open && Uri.TryCreate(page, link![(open + 1)..close], out var next) && IsHub(next) ? next : null;
    }

    private SourceException Explain(HttpResponseMessage response, string what)
    {
        var code = Header("X-Error-Code");
        var message = Header("X-Error-Message");
        var token = _settings.Token is null
            ? "Set HF_TOKEN to a token that may read it."
            : "The token that was found (HF_TOKEN or the hub's token file) may not read it.";
        var page = $"{_settings.Endpoint.GetLeftPart(UriPartial.Authority)}/{string.Join('/', what.Split('@')[0].Split('/').Take(2))}";
        return new SourceException((code, response.StatusCode) switch
        {
            ("GatedRepo", _) => $"{what} is gated: accept its terms on {page}, then try again. {token}",
            ("RevisionNotFound", _) => $"{what}: there is no such revision.",
            ("EntryNotFound", _) => $"{what}: there is no such file.",
            ("DisabledRepo", _) => $"{what} was disabled by the hub.",
            ("RepoNotFound", _) or (_, HttpStatusCode.NotFound) => $"{what} is not there{(_settings.Token is null ? ", or is private: set HF_TOKEN to a token that may read it" : "")}.",
            (_, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) => $"{what} may not be read. {token}",
            (_, HttpStatusCode.TooManyRequests) => $"{what}: the hub allows no more requests for now{(_settings.Token is null ? "; with a token in HF_TOKEN it allows more" : "")}.",
            _ => $"{what}: {_settings.Endpoint.Host} answered {(int)response.StatusCode}{(message is null ? "" : ": " + message)}.",
        });

        string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
    }

    private bool IsHub(Uri uri) =>
        uri.Scheme == _settings.Endpoint.Scheme && uri.Authority.Equals(_settings.Endpoint.Authority, StringComparison.OrdinalIgnoreCase);

    private Uri Address(string path) => new($"{_settings.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
