using System.Text.RegularExpressions;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Oci.References;

/// <summary>The grammar of references.</summary>
internal static partial class ReferenceParser
{
    private const int MaxRepositoryLength = 255;

    // Labels joined by dots, or an IPv6 address in brackets; then perhaps a port.
    [GeneratedRegex(
        @"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Domain { get; }

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Path { get; }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern { get; }

    [GeneratedRegex(@"^[a-f0-9]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier { get; }

    public static bool IsTag(string text) => TagPattern.IsMatch(text);

    public static (ImageReference? Reference, string? Error) Parse(string text)
    {
        if (Identifier.IsMatch(text))
        {
            return (null, $"'{text}' is no image reference: 64 hexadecimal digits are an id, not a repository.");
        }

        // The first part is a registry if it looks like a host: a dot, a port, an upper-case letter, or "localhost".
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        var named = slash >= 0 && (first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper));
        var domain = named ? first : RegistryName.DockerHub.Name;
        var rest = named ? text[(slash + 1)..] : text;
        if (domain == "index.docker.io")
        {
            domain = RegistryName.DockerHub.Name;
        }

        Digest digest = default;
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            if (!Digest.TryParse(rest[(at + 1)..], out digest))
            {
                return (null, $"'{text}' is no image reference: '{rest[(at + 1)..]}' is no sha256 digest.");
            }

            rest = rest[..at];
        }

        string? tag = null;
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
            if (!IsTag(tag))
            {
                return (null, $"'{text}' is no image reference: '{tag}' is no tag.");
            }
        }

        if (domain == RegistryName.DockerHub.Name && !rest.Contains('/', StringComparison.Ordinal))
        {
            rest = "library/" + rest;
        }

        if (rest.Any(char.IsAsciiLetterUpper))
        {
            return (null, $"'{text}' is no image reference: the repository '{rest}' must be lower-case.");
        }

        if (rest.Length > MaxRepositoryLength)
        {
            return (null, $"'{text}' is no image reference: the repository has {rest.Length} characters, more than {MaxRepositoryLength}.");
        }

        return !Domain.IsMatch(domain) ? (null, $"'{text}' is no image reference: '{domain}' is no registry.")
            : !Path.IsMatch(rest) ? (null, $"'{text}' is no image reference: '{rest}' is no repository.")
            : (new ImageReference { Registry = new RegistryName(domain), Repository = rest, Tag = tag, Digest = digest }, null);
    }
}
