using GGUFPacker.Oci.References;

namespace GGUFPacker.Cli.Commands;

/// <summary>The names of images that a user types.</summary>
internal static class References
{
    /// <summary>Parses a name; without tag and digest it means <c>latest</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static ImageReference Parse(string text) =>
        ImageReference.TryParse(text, out var reference, out var error) ? reference.WithDefaultTag() : throw new UsageException(error);

    /// <summary>Whether a name is a GGUF file's: it would be a valid image's too, and be asked for at Docker Hub.</summary>
    public static bool IsFileName(string text) => text.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
}
