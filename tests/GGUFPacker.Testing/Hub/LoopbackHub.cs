using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using GGUFPacker.Testing.Registry;

namespace GGUFPacker.Testing.Hub;

/// <summary>
/// A Hugging Face hub on a loopback port, as far as its clients see it: revisions, paged listings, small files in place, large ones (git LFS) at another host under addresses that
/// expire. What real hubs do wrong can be switched on.
/// </summary>
public sealed class LoopbackHub : IDisposable
{
    private const int PageSize = 4;
    private const int LargeFile = 4096;

    private readonly LoopbackServer _server;
    private readonly LoopbackServer _storage;
    private readonly Dictionary<string, SortedDictionary<string, LoopbackFile>> _repositories = new(StringComparer.Ordinal);
    private readonly RegistryFaults _faults = new();
    private readonly Dictionary<string, int> _addresses = new(StringComparer.Ordinal);
    private int _counter;
    private int _given;

    public LoopbackHub()
    {
        _storage = new LoopbackServer(request => _faults.Answer(request, Storage));
        _server = new LoopbackServer(request => _faults.Answer(request, Handle));
    }

    /// <summary>What HF_ENDPOINT has to say.</summary>
    public string Endpoint => $"http://{_server.Host}";

    public IReadOnlyList<LoopbackRequest> Requests => _server.Requests;

    /// <summary>The requests for large files' bytes.</summary>
    public IReadOnlyList<LoopbackRequest> StorageRequests => _storage.Requests;

    /// <summary>Bytes of bodies that it and its object store have sent.</summary>
    public long BytesSent => _server.BytesSent + _storage.BytesSent;

    /// <summary>The token that is asked for; null for anybody.</summary>
    public string? Token { get; init; }

    /// <summary>How often an address of a large file works.</summary>
    public int AddressUses { get; init; } = int.MaxValue;

    /// <summary>After so many requests for large files' bytes, each further answer falls silent in its middle.</summary>
    public int SilentAfter { get; set; } = int.MaxValue;

    /// <summary>Whether ranges are given out.</summary>
    public bool HasRanges { get; init; } = true;

    /// <summary>Whether the repositories' terms have to be accepted first.</summary>
    public bool IsGated { get; init; }

    /// <summary>The digest and size that listings have for large files, out of the real ones; for those that lie.</summary>
    public Func<(string Digest, long Size), (string Digest, long Size)> Listed { get; init; } = file => file;

    /// <summary>The address of a large file, out of the real one; for redirects that lead elsewhere.</summary>
    public Func<string, string> Redirected { get; init; } = address => address;

    /// <summary>The commit of a repository, made of what it holds.</summary>
    public string Commit(string repository) =>
        Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Concat(_repositories[repository].Select(file => file.Key + ObjectOf(file.Value.Beginning))))));

    /// <summary>Adds a file to a repository.</summary>
    public void Add(string repository, string path, LoopbackFile bytes)
    {
        lock (_repositories)
        {
            (_repositories.TryGetValue(repository, out var files) ? files : _repositories[repository] = new(StringComparer.Ordinal))[path] = bytes;
        }
    }

    /// <summary>Adds a directory's files to a repository.</summary>
    public void AddDirectory(string repository, string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            Add(repository, Path.GetRelativePath(directory, file).Replace(Path.DirectorySeparatorChar, '/'), File.ReadAllBytes(file));
        }
    }

    /// <summary>Lets a request fail.</summary>
    public void Add(RegistryFault fault) => _faults.Add(fault);

    public void Dispose()
    {
        _server.Dispose();
        _storage.Dispose();
    }

    private LoopbackResponse Handle(LoopbackRequest request)
    {
        var parts = request.Path.Trim('/').Split('/');
        if (Token is not null && request.Header("Authorization") != $"Bearer {Token}")
        {
            return LoopbackResponse.Empty(401, ("X-Error-Code", IsGated ? "GatedRepo" : "RepoNotFound"));
        }

        var isApi = parts is ["api", "models", _, _, ..];
        var repository = isApi ? $"{parts[2]}/{parts[3]}" : parts.Length > 1 ? $"{parts[0]}/{parts[1]}" : "";
        lock (_repositories)
        {
            if (!_repositories.TryGetValue(repository, out var files))
            {
                return LoopbackResponse.Empty(404, ("X-Error-Code", "RepoNotFound"));
            }

            var commit = Commit(repository);
            return (isApi ? parts[4..] : parts[2..]) switch
            {
                ["revision", var revision] when isApi => revision == "main" || revision == commit
                    ? Json(new JsonObject { ["sha"] = commit, ["gated"] = IsGated, ["cardData"] = new JsonObject { ["license"] = "mit" } })
                    : LoopbackResponse.Empty(404, ("X-Error-Code", "RevisionNotFound")),
                ["tree", var revision, .. var directory] when isApi && revision == commit => Listing(request, repository, files, string.Join('/', directory)),
                ["resolve", var revision, .. var path] when revision == commit => Content(request, files, string.Join('/', path)),
                _ => LoopbackResponse.Empty(404, ("X-Error-Code", "EntryNotFound")),
            };
        }
    }

    private LoopbackResponse Listing(LoopbackRequest request, string repository, SortedDictionary<string, LoopbackFile> files, string directory)
    {
        var all = files.Where(file => directory.Length == 0 || file.Key.StartsWith(directory + "/", StringComparison.Ordinal)).ToList();
        var start = int.Parse(request.Query.GetValueOrDefault("cursor", "0"), CultureInfo.InvariantCulture);
        var page = new JsonArray();
        foreach (var (path, bytes) in all.Skip(start).Take(PageSize))
        {
            var entry = new JsonObject { ["type"] = "file", ["oid"] = ObjectOf(bytes.Beginning), ["size"] = bytes.Length, ["path"] = path };
            if (IsLarge(bytes))
            {
                var (digest, size) = Listed((bytes.Sha256 ?? Convert.ToHexStringLower(SHA256.HashData(bytes.Beginning)), bytes.Length));
                entry["lfs"] = new JsonObject { ["oid"] = digest, ["size"] = size, ["pointerSize"] = 134 };
            }

            page.Add(entry);
        }

        page.Add(new JsonObject { ["type"] = "directory", ["oid"] = new string('0', 40), ["size"] = 0, ["path"] = "some-directory" });
        var response = Json(page);
        if (all.Count > start + PageSize)
        {
            response.Headers["Link"] = string.Create(CultureInfo.InvariantCulture, $"<{Endpoint}/api/models/{repository}/tree/{Commit(repository)}{(directory.Length > 0 ? "/" + directory : "")}?recursive=true&cursor={start + PageSize}>; rel=\"next\"");
        }

        return response;
    }

    private LoopbackResponse Content(LoopbackRequest request, SortedDictionary<string, LoopbackFile> files, string path)
    {
        if (!files.TryGetValue(path, out var bytes))
        {
            return LoopbackResponse.Empty(404, ("X-Error-Code", "EntryNotFound"));
        }

        if (!IsLarge(bytes))
        {
            return LoopbackResponse.Ranged(request, bytes, HasRanges);
        }

        var signature = Interlocked.Increment(ref _counter).ToString(CultureInfo.InvariantCulture);
        lock (_addresses)
        {
            _addresses[signature] = AddressUses;
        }

        return LoopbackResponse.Empty(302, ("Location", Redirected($"http://{_storage.Host}/{request.Path.Trim('/')}?signature={signature}")));
    }

    private LoopbackResponse Storage(LoopbackRequest request)
    {
        // An object store refuses a request that is signed and brings a credential too.
        if (request.Header("Authorization") is not null || !request.Query.TryGetValue("signature", out var signature))
        {
            return LoopbackResponse.Empty(400);
        }

        lock (_addresses)
        {
            if (!_addresses.TryGetValue(signature, out var uses) || uses == 0)
            {
                return LoopbackResponse.Empty(403);
            }

            _addresses[signature] = uses - 1;
        }

        var parts = request.Path.Trim('/').Split('/');
        LoopbackFile file;
        lock (_repositories)
        {
            file = _repositories[$"{parts[0]}/{parts[1]}"][string.Join('/', parts[4..])];
        }

        var response = LoopbackResponse.Ranged(request, file, HasRanges);
        return Interlocked.Increment(ref _given) > SilentAfter ? response with { BreakAfter = response.Body.Length / 2, Silent = true } : response;
    }

    private static bool IsLarge(LoopbackFile bytes) => bytes.Length >= LargeFile;

    private static string ObjectOf(byte[] bytes) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {bytes.Length}\0")), .. bytes]));

    private static LoopbackResponse Json(JsonNode node) =>
        new(200, Encoding.UTF8.GetBytes(node.ToJsonString())) { Headers = { ["Content-Type"] = "application/json" } };
}
