using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace GGUFPacker.Oci.Registry.Authentication;

/// <summary>What a registry asks for in <c>WWW-Authenticate</c>.</summary>
/// <param name="Scheme"><c>Basic</c> or <c>Bearer</c>.</param>
/// <param name="Realm">Where tokens are given out; null for Basic.</param>
/// <param name="Service">The name that the token service knows the registry by.</param>
/// <param name="Scope">The access that is asked for.</param>
internal sealed partial record AuthenticationChallenge(string Scheme, Uri? Realm, string? Service, string? Scope)
{
    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("(\\w+)\\s*=\\s*(?:\"([^\"]*)\"|([^,\\s]*))", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter { get; }

    /// <summary>The challenge that can be met: Bearer before Basic; null if there is none.</summary>
    public static AuthenticationChallenge? Find(HttpResponseHeaders headers)
    {
        AuthenticationChallenge? basic = null;
        foreach (var header in headers.WwwAuthenticate)
        {
            if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                basic = new AuthenticationChallenge("Basic", null, null, null);
            }
            else if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            {
                var parameters = Parameter.Matches(header.Parameter ?? "")
                    .GroupBy(m => m.Groups[1].Value, StringComparer.OrdinalIgnoreCase)
                    .ToDictionary(g => g.Key, g => g.First().Groups[2].Value + g.First().Groups[3].Value, StringComparer.OrdinalIgnoreCase);
                if (parameters.TryGetValue("realm", out var realm) && Uri.TryCreate(realm, UriKind.Absolute, out var uri))
                {
                    return new AuthenticationChallenge("Bearer", uri, parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
                }
            }
        }

        return basic;
    }
}
