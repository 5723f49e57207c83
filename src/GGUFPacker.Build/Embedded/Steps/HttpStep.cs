using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using GGUFPacker.Build.Embedded.Files;
using GGUFPacker.Build.Graph;
using GGUFPacker.Build.Sources;
using GGUFPacker.Build.Sources.Http;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Build.Embedded.Steps;

/// <summary>
/// A file at an address as a file system of its own. With a checksum nothing is asked for that the store has; without, the server says whether it has changed.
/// </summary>
internal static class HttpStep
{
    /// <summary>What BuildKit gives a file from the network, 0600.</summary>
    public const int Mode = 0x180;

    /// <summary>Finds out what the address has.</summary>
    /// <exception cref="SourceException">It cannot be read.</exception>
    public static async ValueTask<StageTree> RunAsync(BuildSession session, HttpNode node, CancellationToken cancellationToken)
    {
        var content = node.Checksum is { } checksum && session.Steps.FindContent(node, checksum) is { } there
            ? (FileContent)new StoredContentFile(there)
            : await AskAsync(session, node, cancellationToken).ConfigureAwait(false);
        var files = new DifferenceBuilder(StageTree.Empty);
        files.Set(NameOf(node.Address), new FileEntry(content, Mode));
        return StageTree.Empty.With(files.Build());
    }

    private static async ValueTask<FileContent> AskAsync(BuildSession session, HttpNode node, CancellationToken cancellationToken)
    {
        using var head = await session.Sources.Http.SendAsync(
            node.Address, message => message.Method = HttpMethod.Head, cancellationToken).ConfigureAwait(false);
        if (!head.IsSuccessStatusCode && head.StatusCode is not (HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented or HttpStatusCode.Forbidden))
        {
            throw new SourceException($"{HttpFetcher.Shown(node.Address)} answered {(int)head.StatusCode} ({head.ReasonPhrase}).");
        }

        var validator = head.Headers.ETag is { IsWeak: false } tag ? tag.Tag : head.Content.Headers.LastModified?.ToString("O", CultureInfo.InvariantCulture);
        if (!head.IsSuccessStatusCode || validator is null || head.Content.Headers.ContentLength is not { } size)
        {
            return new StoredContentFile(await StreamAsync(session, node, cancellationToken).ConfigureAwait(false));
        }

        var identity = node.Checksum is { } checksum ? checksum : $"http\n{node.Address.AbsoluteUri}\n{validator}\n{size}";
        var file = new RemoteFile(node.Address, NameOf(node.Address), size, identity)
        {
            Digest = node.Checksum is { } sum && Digest.TryParse(sum, out var digest) ? digest : null,
            Verify = node.Checksum is { } given ? (path, token) => HasAsync(path, given, token) : null,
            // A file that changes between two stretches comes as a whole, not as a mixture.
            Headers = head.Headers.ETag is { IsWeak: false } strong
                ? ImmutableDictionary<string, string>.Empty.Add("If-Range", strong.Tag)
                : ImmutableDictionary<string, string>.Empty,
        };
        return new RemoteContent(session, node, file.Name, identity, size, _ => Task.FromResult(file), () => session.Sources.Files, () => null);
    }

    // A server that tells neither size nor version: read from front to back, each time.
    private static async ValueTask<StoredFile> StreamAsync(BuildSession session, HttpNode node, CancellationToken cancellationToken)
    {
        var http = session.Sources.Http;
        using var response = await http.SendAsync(node.Address, null, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new SourceException($"{HttpFetcher.Shown(node.Address)} answered {(int)response.StatusCode} ({response.ReasonPhrase}).");
        }

        var expected = response.Content.Headers.ContentLength;
        session.Reporter.BeginPart(node, NameOf(node.Address), expected ?? 0);
        using var ingest = session.Store.Contents.BeginIngest();
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[256 << 10];
        int read;
        while ((read = await http.ReadInTimeAsync(body, buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            ingest.Write(buffer.AsSpan(0, read));
            session.Reporter.AdvancePart(node, NameOf(node.Address), ingest.Length, expected ?? 0);
        }

        if (expected is { } length && ingest.Length != length)
        {
            throw new SourceException($"{HttpFetcher.Shown(node.Address)} ended after {ingest.Length} of {length} bytes.");
        }

        var stored = ingest.Commit();
        var file = new StoredFile(stored.Digest, stored.Size, session.Store.Contents.PathOf(stored.Digest), ContentOrigin.Downloaded);
        if (node.Checksum is { } checksum)
        {
            if (!await HasAsync(file.Path, checksum, cancellationToken).ConfigureAwait(false))
            {
                throw new SourceException($"{HttpFetcher.Shown(node.Address)} gave bytes with the digest {stored.Digest}; {checksum} was expected.");
            }

            session.Steps.PutContent(checksum, CacheRecord.Source, HttpFetcher.Shown(node.Address), stored.Digest, stored.Size);
        }

        session.Reporter.EndPart(node, NameOf(node.Address), stored.Size);
        session.Reporter.Count(file);
        return file;
    }

    private static async Task<bool> HasAsync(string path, string checksum, CancellationToken cancellationToken)
    {
        var colon = checksum.IndexOf(':', StringComparison.Ordinal);
        using var hash = IncrementalHash.CreateHash(checksum[..colon] switch
        {
            "sha384" => HashAlgorithmName.SHA384,
            "sha512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        });
        using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[256 << 10];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == checksum[(colon + 1)..];
    }

    private static string NameOf(Uri address) =>
        Uri.UnescapeDataString(address.AbsolutePath.TrimEnd('/')).Split('/', '\\').Last() is { Length: > 0 } and not ("." or "..") and var name
            ? name
            : "download";
}
