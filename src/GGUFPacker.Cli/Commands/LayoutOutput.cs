using System.Collections.Immutable;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary>Where <c>build --output</c> writes an OCI layout: <c>PATH.tar</c>, <c>PATH</c>, or buildx's <c>type=oci,dest=PATH[,tar=false]</c>.</summary>
/// <param name="Path">The archive or directory.</param>
/// <param name="IsArchive">Whether it is an archive.</param>
internal sealed record LayoutOutput(string Path, bool IsArchive)
{
    /// <summary>Reads the option's value.</summary>
    /// <exception cref="UsageException">It is not understood.</exception>
    public static LayoutOutput Parse(string text, CliEnvironment environment)
    {
        if (!text.Contains('=', StringComparison.Ordinal))
        {
            return new LayoutOutput(environment.FullPath(text), IsTar(text));
        }

        string? destination = null;
        bool? archive = null;
        foreach (var part in text.Split(','))
        {
            switch (part.Split('=', 2))
            {
                case ["type", "oci"]:
                    break;
                case ["type", var type]:
                    throw new UsageException($"--output writes type=oci, not '{type}'.");
                case ["dest", { Length: > 0 } path]:
                    destination = path;
                    break;
                case ["tar", var value]:
                    archive = bool.TryParse(value, out var tar) ? tar : throw new UsageException($"tar= of --output must be true or false, not '{value}'.");
                    break;
                default:
                    throw new UsageException($"--output does not know '{part}'; it is PATH, PATH.tar or type=oci,dest=PATH[,tar=false].");
            }
        }

        return destination is null
            ? throw new UsageException("--output needs dest=PATH.")
            : new LayoutOutput(environment.FullPath(destination), archive ?? IsTar(destination));
    }

    /// <summary>Writes the images of a build.</summary>
    public Task WriteAsync(ContentStore store, RegistryClient registries, BuildResult result, CancellationToken cancellationToken)
    {
        var images = result.Images
            .SelectMany(image => image.Target.References.IsEmpty
                ? [new LayoutImage(image.Manifest, null)]
                : image.Target.References.Select(name => new LayoutImage(image.Manifest, ImageReference.Parse(name))))
            .ToImmutableArray();
        var writer = new LayoutWriter(store, registries);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        return IsArchive ? writer.WriteArchiveAsync(Path, images, cancellationToken) : writer.WriteDirectoryAsync(Path, images, cancellationToken);
    }

    private static bool IsTar(string path) => path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);
}
