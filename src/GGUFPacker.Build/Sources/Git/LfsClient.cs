using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using GGUFPacker.Build.Sources.Http;

namespace GGUFPacker.Build.Sources.Git;

/// <summary>
/// Asks a git LFS server where a large file's bytes are (the batch API of git LFS). The program git-lfs is not needed; credentials are those that git has for
/// the server.
/// </summary>
/// <param name="http">Sends the requests.</param>
/// <param name="git">Knows credentials.</param>
/// <param name="server">The server.</param>
/// <param name="login">The <c>user:password</c> of the repository's own address, if the server is on the same host; null for none.</param>
internal sealed class LfsClient(HttpFetcher http, GitProgram git, Uri server, string? login = null)
{
    private const string MediaType = "application/vnd.git-lfs+json";

    private AuthenticationHeaderValue? _credential = login is null ? null : Basic(login);

    /// <summary>A large file's bytes, to be fetched.</summary>
    /// <exception cref="SourceException">The server does not have them, or does not give them to us.</exception>
    public async Task<RemoteFile> FindAsync(GitEntry file, CancellationToken cancellationToken)
    {
        var download = await AskAsync(file, cancellationToken).ConfigureAwait(false);
        if (!Uri.TryCreate(server, download.Href, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new SourceException($"{HttpFetcher.Shown(server)} gives '{download.Href}' as the address of '{file.Path}'.");
        }

        return new RemoteFile(address, file.Path, file.Size, file.Digest.ToString())
        {
            Digest = file.Digest,
            Headers = download.Header?.ToImmutableDictionary() ?? [],
            Renew = token => FindAsync(file, token),
        };
    }

    private async Task<LfsAnswers.Download> AskAsync(GitEntry file, CancellationToken cancellationToken)
    {
        var question = JsonSerializer.SerializeToUtf8Bytes(
            new LfsAnswers.Question("download", ["basic"], [new LfsAnswers.Wanted(file.Digest.Hex, file.Size)]), LfsJson.Default.Question);
        var response = await SendAsync(question, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized
            && _credential is null
            && await FindCredentialAsync(cancellationToken).ConfigureAwait(false) is { } credential)
        {
            _credential = credential;
            response.Dispose();
            response = await SendAsync(question, cancellationToken).ConfigureAwait(false);
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode)
            {
                throw new SourceException(
                    $"'{file.Path}' is a large file (git LFS), and {HttpFetcher.Shown(server)} answered {(int)response.StatusCode} ({response.ReasonPhrase}).");
            }

            var entry = Parse(
                await http.ReadAsync(response, cancellationToken).ConfigureAwait(false)).Objects?.FirstOrDefault(entry => entry.Oid == file.Digest.Hex);
            return entry?.Actions?.Download
                ?? throw new SourceException($"'{file.Path}' is a large file (git LFS), and {HttpFetcher.Shown(server)} does not have it{(entry?.Error?.Message is { } message ? ": " + message : "")}.");
        }
    }

    private Task<HttpResponseMessage> SendAsync(byte[] question, CancellationToken cancellationToken) => http.SendAsync(
        new Uri(server.AbsoluteUri.TrimEnd('/') + "/objects/batch"),
        message =>
        {
            message.Method = HttpMethod.Post;
            message.Headers.Accept.ParseAdd(MediaType);
            message.Content = new ByteArrayContent(question) { Headers = { ContentType = new MediaTypeHeaderValue(MediaType) } };
            message.Headers.Authorization = message.RequestUri?.Authority == server.Authority ? _credential : null;
        },
        cancellationToken);

    private static AuthenticationHeaderValue Basic(string login) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));

    private LfsAnswers.Batch Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, LfsJson.Default.Batch) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException exception)
        {
            throw new SourceException($"{HttpFetcher.Shown(server)} did not answer as a git LFS server does: {exception.Message}", exception);
        }
    }

    private async Task<AuthenticationHeaderValue?> FindCredentialAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await git.RunAsync(
                null,
                ["credential", "fill"],
                $"protocol={server.Scheme}\nhost={server.Authority}\npath={server.AbsolutePath.TrimStart('/')}\n\n",
                cancellationToken).ConfigureAwait(false);
            var fields = found.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
            return fields.TryGetValue("username", out var user) && fields.TryGetValue("password", out var password)
                ? Basic($"{user}:{password}")
                : null;
        }
        catch (SourceException)
        {
            // Git has none and may not ask.
            return null;
        }
    }
}
