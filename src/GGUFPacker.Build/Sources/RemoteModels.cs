using System.Text.RegularExpressions;
using GGUFPacker.Build.Engine;
using GGUFPacker.Build.Sources.Headers;
using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Build.Sources.Hub;
using GGUFPacker.Gguf.Format;

namespace GGUFPacker.Build.Sources;

/// <summary>Looks at models on a hub or on the web: ranges of their files are fetched until the headers are whole, never a weight.</summary>
/// <param name="environment">How the hub is reached.</param>
public sealed partial class RemoteModels(BuildEnvironment environment) : IDisposable
{
    /// <summary>The most bytes of a model's files that are fetched.</summary>
    public const long MaxBytes = 30L << 20;

    private const int FirstRange = 256 << 10;
    private const int FirstRangeOfOtherParts = 64 << 10;
    private static readonly GgufLimits Limits = new() { MaxHeaderBytes = MaxBytes, MaxParts = 400 };

    private HubClient? _hub;

    private HubSettings? _settings;

    private HubSettings Settings => _settings ??= HubSettings.Read(environment.Variable, environment.Home);

    // A page of a listing is small; the listings count as little as they must.
    private HubClient Hub =>
        _hub ??= new HubClient(Settings, environment.Http with { MaxDocumentBytes = Math.Min(environment.Http.MaxDocumentBytes, 2 << 20) });

    /// <summary>Whether a source names a model elsewhere: <c>hf://…</c> or a web address.</summary>
    public static bool IsRemote(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new[] { "hf://", "https://", "http://" }.Any(scheme => source.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Reads a model's header.</summary>
    /// <param name="source">
    /// <c>hf://ORG/REPO[@REVISION][/PATH][:QUANT]</c>, the address of a repository on the hub, or the address of a GGUF file. Of a split model the first file.
    /// </param>
    /// <param name="file">Which of a repository's files: a path, a name, or a quantize type; null if the source says it or there is but one.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="SourceException">It is not there, may not be read, or several fit.</exception>
    /// <exception cref="GgufException">It is no GGUF file.</exception>
    public async Task<RemoteModel> ReadAsync(string source, string? file = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var (address, quant) = ParseHub(source);
        if (address is not null)
        {
            return await ReadHubAsync(address, file ?? quant, cancellationToken).ConfigureAwait(false);
        }

        if (!Uri.TryCreate(source, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new SourceException($"'{source}' is no address of a model: hf://ORG/REPO[@REVISION][/FILE.gguf] or https://….");
        }

        var name = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return await ReadAsync(name, name, _ => null, part => new RemoteHeaderFile(new Uri(part + uri.Query), part), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _hub?.Dispose();

    private static (HubAddress? Address, string? Quant) ParseHub(string source)
    {
        // What a browser shows of a file on the hub, or downloads.
        if (HubFileAddress().Match(source) is { Success: true } file)
        {
            return (new HubAddress(file.Groups[1].Value, Uri.UnescapeDataString(file.Groups[2].Value), Uri.UnescapeDataString(file.Groups[3].Value)), null);
        }

        var colon = source.LastIndexOf(':');
        var hasQuant = source.StartsWith("hf://", StringComparison.OrdinalIgnoreCase)
            && colon > "hf://".Length
            && !source[colon..].Contains('/', StringComparison.Ordinal);
        return hasQuant ? (HubAddress.Parse(source[..colon]), source[(colon + 1)..]) : (HubAddress.Parse(source), null);
    }

    private async Task<RemoteModel> ReadHubAsync(HubAddress address, string? wanted, CancellationToken cancellationToken)
    {
        var cache = new HubCache(Settings.CacheDirectory);
        if (Settings.IsOffline && cache.FindRevision(address.Repository, address.Revision ?? "main") is { } snapshot)
        {
            var paths = Directory.EnumerateFiles(snapshot, "*.gguf", SearchOption.AllDirectories).Select(
                path => Path.GetRelativePath(snapshot, path).Replace(Path.DirectorySeparatorChar, '/'));
            var path = GgufFileChoice.Choose(paths, address.Repository, address.Path, wanted);
            var local = ModelHeaderReader.Read(
                path, (part, _) => File.OpenRead(Path.Combine([snapshot, .. part.Split('/')])), GgufLimits.Default, cancellationToken);
            return new RemoteModel($"{address.Repository}/{path}", local, 0);
        }

        var model = await Hub.GetAsync(address, cancellationToken).ConfigureAwait(false);
        var chosen = GgufFileChoice.Choose(model.Files.Select(entry => entry.Path), address.Repository, address.Path, wanted);
        var files = model.Files.ToDictionary(entry => entry.Path, StringComparer.Ordinal);
        return await ReadAsync(
            $"{address.Repository}/{chosen}",
            chosen,
            part => cache.Find(model.Repository, model.Commit, part),
            part =>
            {
                var remote = Hub.Remote(
                    model, files.GetValueOrDefault(part) ?? throw new SourceException($"{address.Repository} has no file '{part}', a part of {chosen}."));
                return new RemoteHeaderFile(remote.Address, part, remote.Size, remote.Explain);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<RemoteModel> ReadAsync(
        string name, string first, Func<string, string?> findCached, Func<string, RemoteHeaderFile> locate, CancellationToken cancellationToken)
    {
        var budget = new HeaderBudget(MaxBytes);
        var http = Hub.Http;

        // Parsing pulls bytes as it goes, so it waits: on a thread of its own.
        var header = await Task.Run(
            () => ModelHeaderReader.Read(
                first,
                (part, isFirst) => findCached(part) is { } path
                    ? File.OpenRead(path)
                    : new RangedHeaderStream(http, locate(part), budget, isFirst ? FirstRange : FirstRangeOfOtherParts, cancellationToken),
                Limits,
                cancellationToken),
            cancellationToken).ConfigureAwait(false);
        return new RemoteModel(name, header, budget.Moved);
    }

    [GeneratedRegex(@"^https://(?:www\.)?(?:huggingface\.co|hf\.co)/([^/?#]+/[^/?#]+)/(?:blob|resolve)/([^/?#]+)/([^?#]+\.gguf)(?:\?.*)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex HubFileAddress();
}
