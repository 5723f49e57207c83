using GGUFPacker.Oci.Content;

namespace GGUFPacker.Cli.Commands;

/// <summary>Platforms that a user types.</summary>
internal static class Platforms
{
    /// <summary>Parses a platform; this machine's if none is given.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Platform Parse(string? text)
    {
        try
        {
            return text is null ? Platform.Host : Platform.Parse(text);
        }
        catch (FormatException error)
        {
            throw new UsageException(error.Message);
        }
    }
}
