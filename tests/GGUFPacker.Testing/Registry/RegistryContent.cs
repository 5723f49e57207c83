using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace GGUFPacker.Testing.Registry;

/// <summary>The blobs and manifests of a registry in memory.</summary>
public sealed class RegistryContent
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, LoopbackFile> _sparse = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Repository, string Digest), bool> _links = new();
    private readonly ConcurrentDictionary<(string Repository, string Name), (string Digest, string MediaType)> _manifests = new();

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    public string AddBlob(string repository, byte[] bytes, string? digest = null)
    {
        digest ??= DigestOf(bytes);
        _blobs.TryAdd(digest, bytes);
        _links[(repository, digest)] = true;
        return digest;
    }

    /// <summary>Adds a blob that is too large to hold; nobody checks its digest.</summary>
    public void AddSparseBlob(string digest, LoopbackFile file) => _sparse[digest] = file;

    /// <summary>A blob that is too large to hold.</summary>
    public LoopbackFile? SparseBlob(string digest) => _sparse.GetValueOrDefault(digest);

    public byte[]? Blob(string repository, string digest) => _links.ContainsKey((repository, digest)) ? _blobs[digest] : null;

    public byte[]? Blob(string digest) => _blobs.GetValueOrDefault(digest);

    public bool Mount(string from, string to, string digest) => _links.ContainsKey((from, digest)) && (_links[(to, digest)] = true);

    public string AddManifest(string repository, string? tag, byte[] bytes, string mediaType)
    {
        var digest = DigestOf(bytes);
        _blobs.TryAdd(digest, bytes);
        _manifests[(repository, digest)] = (digest, mediaType);
        if (tag is not null)
        {
            _manifests[(repository, tag)] = (digest, mediaType);
        }

        return digest;
    }

    /// <summary>Gives a manifest among the blobs a tag.</summary>
    public void Tag(string repository, string tag, string digest, string mediaType)
    {
        AddManifest(repository, tag, _blobs[digest], mediaType);
        if (mediaType.Contains("index", StringComparison.Ordinal) || mediaType.Contains("list", StringComparison.Ordinal))
        {
            using var index = System.Text.Json.JsonDocument.Parse(_blobs[digest]);
            foreach (var entry in index.RootElement.GetProperty("manifests").EnumerateArray())
            {
                AddManifest(repository, null, _blobs[entry.GetProperty("digest").GetString()!], entry.GetProperty("mediaType").GetString()!);
            }
        }
    }

    public (byte[] Bytes, string Digest, string MediaType)? Manifest(string repository, string name) =>
        _manifests.TryGetValue((repository, name), out var found) ? (_blobs[found.Digest], found.Digest, found.MediaType) : null;

    public IReadOnlyList<string> Tags(string repository) =>
        [.. _manifests.Keys.Where(k => k.Repository == repository
            && !k.Name.StartsWith("sha256:", StringComparison.Ordinal)).Select(k => k.Name).Order(StringComparer.Ordinal)];
}
