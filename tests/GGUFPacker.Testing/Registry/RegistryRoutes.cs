using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GGUFPacker.Testing.Registry;

/// <summary>The requests of the distribution specification.</summary>
internal sealed partial class RegistryRoutes(LoopbackRegistry registry)
{
    private readonly ConcurrentDictionary<string, byte[]> _uploads = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _usedAddresses = new(StringComparer.Ordinal);
    private int _counter;

    [GeneratedRegex("^/v2/(?<name>.+)/(?<kind>manifests|blobs|tags)/(?<rest>.+)$")]
    private static partial Regex Route { get; }

    public LoopbackResponse Handle(LoopbackRequest request)
    {
        if (request.Path == "/token")
        {
            return Token(request);
        }

        if (!registry.KnowsExpect && request.Header("Expect") is not null)
        {
            return LoopbackResponse.Empty(417);
        }

        if (Refuse(request) is { } refusal)
        {
            return refusal;
        }

        if (request.Path == "/v2/")
        {
            return LoopbackResponse.Empty(200);
        }

        var route = Route.Match(request.Path);
        if (!route.Success)
        {
            return LoopbackResponse.Empty(404);
        }

        var (name, rest) = (route.Groups["name"].Value, route.Groups["rest"].Value);
        return route.Groups["kind"].Value switch
        {
            "tags" => Tags(request, name),
            "manifests" => request.Method == "PUT" ? PutManifest(request, name, rest) : GetManifest(name, rest),
            _ when rest.StartsWith("uploads", StringComparison.Ordinal) => Upload(request, name, rest["uploads/".Length..]),
            _ => GetBlob(request, name, rest),
        };
    }

    /// <summary>The object store: its addresses work once, and it wants no credential.</summary>
    public LoopbackResponse Storage(LoopbackRequest request)
    {
        if (request.Header("Authorization") is not null)
        {
            return LoopbackResponse.Error(400, "InvalidArgument", "Only one auth mechanism allowed");
        }

        if (request.Method != "GET" || !request.Query.ContainsKey("sig"))
        {
            return LoopbackResponse.Empty(403);
        }

        return !_usedAddresses.TryAdd(request.Query["sig"], true) ? LoopbackResponse.Empty(403) : LoopbackResponse.Ranged(request, registry.Content.Blob(request.Path[1..])!, registry.HasRanges);
    }

    /// <summary>Keeps what came of an upload whose connection breaks.</summary>
    public void KeepPart(LoopbackRequest request, byte[] part)
    {
        var id = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        _uploads[id] = [.. _uploads[id], .. part];
    }

    private LoopbackResponse? Refuse(LoopbackRequest request)
    {
        var authorization = request.Header("Authorization");
        switch (registry.Access)
        {
            case RegistryAccess.Anonymous:
                return null;
            case RegistryAccess.Basic:
                return authorization == Basic() ? null : LoopbackResponse.Empty(401, ("WWW-Authenticate", "Basic realm=\"registry\""));
            default:
                if (authorization?.StartsWith("Bearer ", StringComparison.Ordinal) == true
                    && registry.Tokens.TryGetValue(authorization[7..], out var uses) && uses > 0 && Allows(authorization[7..], request))
                {
                    registry.Tokens[authorization[7..]] = uses - 1;
                    return null;
                }

                return LoopbackResponse.Empty(
                    401, ("WWW-Authenticate", $"Bearer realm=\"http://{registry.Host}/token\",service=\"loopback\",scope=\"repository:any:pull\""));
        }
    }

    // A token names what it is for: "3 repository:a/b:pull,push".
    private static bool Allows(string token, LoopbackRequest request)
    {
        var name = Route.Match(request.Path).Groups["name"].Value;
        var scopes = Encoding.UTF8.GetString(Convert.FromHexString(token));
        return name.Length == 0
            || scopes.Contains($" repository:{name}:{(request.Method is "GET" or "HEAD" ? "pull" : "pull,push")}", StringComparison.Ordinal);
    }

    private LoopbackResponse Token(LoopbackRequest request)
    {
        if (registry.Access == RegistryAccess.Token && request.Header("Authorization") != Basic())
        {
            return LoopbackResponse.Empty(401);
        }

        // A list of scopes comes as one parameter each.
        var scopes = request.Query.GetValueOrDefault("scope", "").Replace(",repository:", " repository:", StringComparison.Ordinal);
        var token = Convert.ToHexStringLower(Encoding.UTF8.GetBytes($"{Interlocked.Increment(ref _counter)} {scopes}"));
        registry.Tokens[token] = registry.TokenUses;
        return Json($$"""{"token":"{{token}}","expires_in":300}""");
    }

    private LoopbackResponse Tags(LoopbackRequest request, string name)
    {
        const int page = 2;
        var tags = registry.Content.Tags(name);
        if (tags.Count == 0)
        {
            return LoopbackResponse.Error(404, "NAME_UNKNOWN", "repository name not known to registry");
        }

        var rest = tags.SkipWhile(t => request.Query.TryGetValue("last", out var last) && string.CompareOrdinal(t, last) <= 0).ToList();
        var response = Json(JsonSerializer.Serialize(new { name, tags = rest.Take(page) }));
        if (rest.Count > page)
        {
            response.Headers["Link"] = $"</v2/{name}/tags/list?last={rest[page - 1]}&n={page}>; rel=\"next\"";
        }

        return response;
    }

    private LoopbackResponse GetManifest(string name, string reference) => registry.Content.Manifest(name, reference) is { } manifest
        ? new LoopbackResponse(200, manifest.Bytes) { Headers = { ["Content-Type"] = manifest.MediaType, ["Docker-Content-Digest"] = manifest.Digest } }
        : LoopbackResponse.Error(404, "MANIFEST_UNKNOWN", "manifest unknown");

    private LoopbackResponse PutManifest(LoopbackRequest request, string name, string reference)
    {
        var bytes = request.ReadBody();
        using var json = JsonDocument.Parse(bytes);
        foreach (var descriptor in Descriptors(json.RootElement))
        {
            var digest = descriptor.GetProperty("digest").GetString()!;
            if (registry.Content.Blob(name, digest) is null && registry.Content.Manifest(name, digest) is null)
            {
                return LoopbackResponse.Error(404, "MANIFEST_BLOB_UNKNOWN", $"blob unknown to registry: {digest}");
            }
        }

        var stored = registry.Content.AddManifest(name, reference.StartsWith("sha256:", StringComparison.Ordinal)
            ? null
            : reference, bytes, request.Header("Content-Type")!);
        return LoopbackResponse.Empty(201, ("Docker-Content-Digest", stored), ("Location", $"/v2/{name}/manifests/{stored}"));
    }

    private static IEnumerable<JsonElement> Descriptors(JsonElement manifest) =>
        manifest.TryGetProperty("manifests", out var manifests)
            ? manifests.EnumerateArray()
            : manifest.GetProperty("layers").EnumerateArray().Append(manifest.GetProperty("config"));

    private LoopbackResponse GetBlob(LoopbackRequest request, string name, string digest)
    {
        if (registry.Content.SparseBlob(digest) is { } sparse)
        {
            return LoopbackResponse.Ranged(request, sparse, registry.HasRanges);
        }

        if (registry.Content.Blob(name, digest) is not { } blob)
        {
            return LoopbackResponse.Error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        }

        return registry.RedirectsBlobs && request.Method == "GET"
            ? LoopbackResponse.Empty(307, ("Location", $"http://{registry.StorageHost}/{digest}?sig={Interlocked.Increment(ref _counter)}"))
            : LoopbackResponse.Ranged(request, blob, registry.HasRanges);
    }

    private LoopbackResponse Upload(LoopbackRequest request, string name, string id)
    {
        if (request.Method == "POST")
        {
            if (request.Query.TryGetValue("mount", out var mount) && registry.HasMounts && registry.Content.Mount(request.Query["from"], name, mount))
            {
                return LoopbackResponse.Empty(201, ("Location", $"/v2/{name}/blobs/{mount}"));
            }

            var started = Interlocked.Increment(ref _counter).ToString(CultureInfo.InvariantCulture);
            _uploads[started] = [];
            return State(202, name, started);
        }

        if (!_uploads.TryGetValue(id, out var sofar))
        {
            return LoopbackResponse.Error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown");
        }

        var length = long.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture);
        switch (request.Method)
        {
            case "DELETE":
                _uploads.TryRemove(id, out _);
                return LoopbackResponse.Empty(204);
            case "GET":
                return State(204, name, id);
            case "PATCH" when length > registry.MaxPatch:
                return LoopbackResponse.Empty(416);
            case "PUT" or "PATCH" when length > registry.MaxBody:
                return LoopbackResponse.Empty(413);
            case "PATCH":
                var range = request.Header("Content-Range")!;
                if (range != string.Create(CultureInfo.InvariantCulture, $"{sofar.Length}-{sofar.Length + length - 1}"))
                {
                    return LoopbackResponse.Empty(416);
                }

                _uploads[id] = [.. sofar, .. request.ReadBody()];
                return State(202, name, id);
            default:
                byte[] whole = [.. sofar, .. request.ReadBody()];
                var digest = request.Query["digest"];
                if (registry.Verifies && RegistryContent.DigestOf(whole) != digest)
                {
                    return LoopbackResponse.Error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
                }

                _uploads.TryRemove(id, out _);
                registry.Content.AddBlob(name, whole, digest);
                return LoopbackResponse.Empty(201, ("Location", $"/v2/{name}/blobs/{digest}"), ("Docker-Content-Digest", digest));
        }
    }

    private LoopbackResponse State(int status, string name, string id) => LoopbackResponse.Empty(
        status,
        ("Location", $"{(registry.UploadsElsewhere ? $"http://{registry.StorageHost}" : "")}/v2/{name}/blobs/uploads/{id}?state=x"),
        ("Range", string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(0, _uploads[id].Length - 1)}")));

    private static LoopbackResponse Json(string json) => new(200, Encoding.UTF8.GetBytes(json)) { Headers = { ["Content-Type"] = "application/json" } };

    private string Basic() => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{registry.Login.User}:{registry.Login.Password}"));
}
