namespace GGUFPacker.Packerfile.Instructions;

/// <summary>
/// Which sources of ADD are Git repositories, by their form: <c>http(s)://….git</c>, <c>git://</c>, <c>ssh://</c>, <c>user@host:path</c>, as BuildKit has it.
/// </summary>
internal static class GitSource
{
    public static bool Is(string source)
    {
        var address = source.Split('#')[0];
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        return scheme < 0 ? IsSecureCopyForm(address) : address[..scheme].ToLowerInvariant() switch
        {
            "git" or "ssh" => true,
            "http" or "https" => address.Split('?')[0].EndsWith(".git", StringComparison.Ordinal),
            _ => false,
        };
    }

    private static bool IsSecureCopyForm(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && colon > at + 1 && colon < address.Length - 1 && address[0] != '-'
            && address[..at].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
    }
}
