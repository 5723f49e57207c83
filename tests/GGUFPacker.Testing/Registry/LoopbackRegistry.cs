using System.Collections.Concurrent;
using System.Text.Json;

namespace GGUFPacker.Testing.Registry;

/// <summary>
/// An OCI registry in memory on a loopback port: the distribution specification as clients use it, with the habits and failures of real ones to switch on.
/// </summary>
public sealed class LoopbackRegistry : IDisposable
{
    private readonly LoopbackServer _server;
    private readonly LoopbackServer _storage;
    private readonly RegistryRoutes _routes;
    private readonly RegistryFaults _faults;

    public LoopbackRegistry(int port = 0)
    {
        Content = new RegistryContent();
        _routes = new RegistryRoutes(this);
        _faults = new RegistryFaults(_routes.KeepPart);
        _storage = new LoopbackServer(request => _faults.Answer(request, _routes.Storage));
        _server = new LoopbackServer(request => _faults.Answer(request, _routes.Handle), port);
    }

    /// <summary>What it holds.</summary>
    public RegistryContent Content { get; }

    /// <summary>Host and port, as image references have them.</summary>
    public string Host => _server.Host;

    /// <summary>Host and port of the object store that blobs are redirected to.</summary>
    public string StorageHost => _storage.Host;

    public IReadOnlyList<LoopbackRequest> Requests => _server.Requests;

    public IReadOnlyList<LoopbackRequest> StorageRequests => _storage.Requests;

    /// <summary>Bytes of bodies that it and its object store have sent.</summary>
    public long BytesSent => _server.BytesSent + _storage.BytesSent;

    /// <summary>How clients have to show who they are.</summary>
    public RegistryAccess Access { get; init; } = RegistryAccess.Anonymous;

    /// <summary>The user and password that are accepted.</summary>
    public (string User, string Password) Login { get; init; } = ("user", "pass word");

    /// <summary>How often a token works before it has expired.</summary>
    public int TokenUses { get; init; } = int.MaxValue;

    /// <summary>Whether blobs are given out by another server.</summary>
    public bool RedirectsBlobs { get; init; }

    /// <summary>Whether uploads are sent to the object store, which takes none.</summary>
    public bool UploadsElsewhere { get; init; }

    /// <summary>Whether ranges of blobs are given out.</summary>
    public bool HasRanges { get; init; } = true;

    /// <summary>Whether blobs are mounted from one repository to another.</summary>
    public bool HasMounts { get; init; } = true;

    /// <summary>Larger bodies are refused with 413.</summary>
    public long MaxBody { get; init; } = long.MaxValue;

    /// <summary>Whether a client may ask with <c>Expect: 100-continue</c>.</summary>
    public bool KnowsExpect { get; init; } = true;

    /// <summary>Larger pieces of an upload are refused with 416.</summary>
    public long MaxPatch { get; init; } = long.MaxValue;

    /// <summary>Whether the digests of what came are compared with the ones that were claimed.</summary>
    public bool Verifies { get; init; } = true;

    internal ConcurrentDictionary<string, int> Tokens { get; } = new(StringComparer.Ordinal);

    /// <summary>Lets a request fail.</summary>
    public void Add(RegistryFault fault) => _faults.Add(fault);

    /// <summary>Takes in a recorded registry: <c>refs.json</c> and <c>blobs/sha256</c>.</summary>
    public void Load(string folder)
    {
        using var references = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "refs.json")));
        foreach (var reference in references.RootElement.EnumerateObject())
        {
            var (repository, tag) = (reference.Name[..reference.Name.LastIndexOf(':')], reference.Name[(reference.Name.LastIndexOf(':') + 1)..]);
            foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "blobs", "sha256")))
            {
                Content.AddBlob(repository, File.ReadAllBytes(file));
            }

            Content.Tag(repository, tag, reference.Value.GetProperty("digest").GetString()!, reference.Value.GetProperty("mediaType").GetString()!);
        }
    }

    public void Dispose()
    {
        _server.Dispose();
        _storage.Dispose();
    }
}
