using System.Text.RegularExpressions;
using GGUFPacker.Oci.References;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Cli.Commands;

/// <summary>Finds the file to build where none is named: GGUFPackerfile, ggufpackerfile, or a Dockerfile that asks for this frontend.</summary>
internal static partial class PackerfileLocator
{
    /// <summary>The file's full path.</summary>
    /// <param name="directory">The context.</param>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Find(string directory)
    {
        foreach (var name in (string[])["GGUFPackerfile", "ggufpackerfile"])
        {
            var path = Path.Combine(directory, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        var dockerfile = Path.Combine(directory, "Dockerfile");
        if (!File.Exists(dockerfile))
        {
            throw new UsageException($"'{directory}' has no GGUFPackerfile. Name one with --file.");
        }

        return IsForUs(dockerfile)
            ? dockerfile
            : throw new UsageException($"'{dockerfile}' is no GGUFPackerfile: its first line is not '# syntax=gpustack/gguf-packer'. Name a file with --file.");
    }

    private static bool IsForUs(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[Math.Min(file.Length, PackerfileLimits.LineLength)];
        file.ReadExactly(start);
        return SyntaxDirective.Detect(start) is { } syntax && ImageReference.TryParse(syntax.Image, out var image) && Frontend().IsMatch(image.Repository);
    }

    [GeneratedRegex("(^|/)(gguf-packer|ggufpacker)$")]
    private static partial Regex Frontend();
}
