using System.Collections.Immutable;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Layouts;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary>What <c>--build-context NAME=SOURCE</c> gives: a directory, an image of the store or a registry, or one of an OCI layout.</summary>
internal static class ContextSources
{
    private const string Image = "docker-image://";
    private const string Layout = "oci-layout://";

    /// <summary>Adds the sources to a request; layouts are taken into the store first.</summary>
    /// <exception cref="UsageException">A source is not understood.</exception>
    public static async Task<BuildRequest> AddAsync(
        BuildRequest request, ImmutableDictionary<string, string> sources, CliEnvironment environment, ContentStore store, CancellationToken cancellationToken)
    {
        foreach (var (name, source) in sources)
        {
            request = source switch
            {
                _ when source.StartsWith(Image, StringComparison.Ordinal) =>
                    request with { NamedImages = request.NamedImages.SetItem(name, References.Parse(source[Image.Length..]).ToString()) },
                _ when source.StartsWith(Layout, StringComparison.Ordinal) =>
                    request with { NamedImages = request.NamedImages.SetItem(name, await ReadAsync(name, environment.FullPath(source[Layout.Length..]), store, cancellationToken).ConfigureAwait(false)) },
                _ when source.Contains("://", StringComparison.Ordinal) =>
                    throw new UsageException($"--build-context {name}={source}: a source is a directory, {Image}IMAGE or {Layout}PATH."),
                _ => request with { NamedContexts = request.NamedContexts.SetItem(name, environment.FullPath(source)) },
            };
        }

        return request;
    }

    // PATH, PATH:TAG or PATH@DIGEST.
    private static async Task<string> ReadAsync(string name, string path, ContentStore store, CancellationToken cancellationToken)
    {
        var (layout, tag, digest) = (path, (string?)null, (string?)null);
        if (!Exists(layout) && layout.LastIndexOf('@') is var at and > 0)
        {
            (layout, digest) = (layout[..at], layout[(at + 1)..]);
        }

        if (!Exists(layout) && layout.LastIndexOf(':') is var colon and > 0)
        {
            (layout, tag) = (layout[..colon], layout[(colon + 1)..]);
        }

        if (!Exists(layout))
        {
            throw new UsageException($"--build-context {name}: there is no OCI layout '{layout}'.");
        }

        var images = await new LayoutReader(store).ReadAsync(layout, cancellationToken).ConfigureAwait(false);
        var wanted = images.Where(
            image => (digest is null || image.Manifest.Digest.ToString() == digest) && (tag is null || image.Reference?.Tag == tag)).ToArray();
        return wanted is [var only] || (wanted.Length > 1 && wanted.DistinctBy(image => image.Manifest.Digest).Count() == 1)
            ? $"localhost/layout@{wanted[0].Manifest.Digest}"
            : throw new UsageException($"--build-context {name}: the OCI layout '{layout}' has {images.Length} images{(wanted.Length == 0 ? ", none of that name" : "")}; name one, {Layout}PATH:TAG or {Layout}PATH@DIGEST.");
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
