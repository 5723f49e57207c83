using System.Net;

namespace GGUFPacker.Cli.Running;

/// <summary>Where a server can be asked from this machine.</summary>
internal static class ServerAddress
{
    /// <summary>The address; null for a Unix socket.</summary>
    /// <param name="host">What it listens on; null for llama-server's own choice, loopback.</param>
    /// <param name="port">The port on this machine.</param>
    /// <param name="arguments">The server's arguments: some change the scheme or the path.</param>
    public static Uri? Of(string? host, int port, ServerArguments arguments)
    {
        if (host?.EndsWith(".sock", StringComparison.Ordinal) is true)
        {
            return null;
        }

        // Whoever listens on all interfaces listens on loopback too.
        var asked = host is null || (IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
            ? IPAddress.Loopback.ToString()
            : host;
        var scheme = arguments.Last("--ssl-key-file") is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        var prefix = arguments.Last("--api-prefix")?.Trim('/') ?? "";
        return new UriBuilder(scheme, asked, port, prefix.Length == 0 ? "" : $"/{prefix}/").Uri;
    }

    /// <summary>The address as users write it: without a slash at the end.</summary>
    public static string Text(Uri address) => address.ToString().TrimEnd('/');

    /// <summary>Whether anything listens there already.</summary>
    public static async Task<bool> IsTakenAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new System.Net.Sockets.TcpClient();
        try
        {
            await client.ConnectAsync(address.DnsSafeHost, address.Port, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
