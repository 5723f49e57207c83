using System.Collections.Immutable;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Oci.Layouts;

/// <summary>
/// Writes images of the store as an OCI image layout: a directory, or a tar archive of one that <c>docker load</c>, <c>podman load</c> and <c>skopeo</c> read.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="registries">Where layers are fetched that the store knows a repository of and has not itself; null if it must have all.</param>
public sealed class LayoutWriter(ContentStore store, RegistryClient? registries = null)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Writes a layout directory. Blobs that are there stay; the index is written last and names these images alone.</summary>
    /// <exception cref="StoreException">The store does not have all of an image.</exception>
    public async Task WriteDirectoryAsync(string directory, ImmutableArray<LayoutImage> images, CancellationToken cancellationToken)
    {
        var (blobs, _) = Collect(images);
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        foreach (var blob in blobs)
        {
            var path = Path.Combine(directory, "blobs", "sha256", blob.Descriptor.Digest.Hex);
            if (!StoreFiles.IsWhole(path, blob.Descriptor.Size))
            {
                await WriteFileAsync(path, output => CopyAsync(blob, output, cancellationToken)).ConfigureAwait(false);
            }
        }

        await WriteFileAsync(Path.Combine(directory, LayoutFormat.MarkerName), output =>
            output.WriteAsync(LayoutFormat.Marker(), cancellationToken).AsTask()).ConfigureAwait(false);
        await WriteFileAsync(Path.Combine(directory, LayoutFormat.IndexName), output =>
            output.WriteAsync(LayoutFormat.Index(images), cancellationToken).AsTask()).ConfigureAwait(false);
    }

    /// <summary>Writes a tar archive of a layout; it appears under its name when it is whole. The same images give the same bytes.</summary>
    /// <exception cref="StoreException">The store does not have all of an image.</exception>
    public async Task WriteArchiveAsync(string path, ImmutableArray<LayoutImage> images, CancellationToken cancellationToken)
    {
        var (blobs, contents) = Collect(images);
        var docker = LayoutFormat.DockerManifest(images.SelectMany((image, i) => contents[i].Select(content => (content.Manifest, image.Reference))));
        await WriteFileAsync(path, async output =>
        {
            await WriteEntryAsync(output, LayoutFormat.MarkerName, LayoutFormat.Marker(), cancellationToken).ConfigureAwait(false);
            await WriteEntryAsync(output, LayoutFormat.IndexName, LayoutFormat.Index(images), cancellationToken).ConfigureAwait(false);
            await WriteEntryAsync(output, LayoutFormat.DockerManifestName, docker, cancellationToken).ConfigureAwait(false);
            foreach (var blob in blobs)
            {
                await WriteHeaderAsync(output, LayoutFormat.PathOf(blob.Descriptor.Digest), blob.Descriptor.Size, cancellationToken).ConfigureAwait(false);
                await CopyAsync(blob, output, cancellationToken).ConfigureAwait(false);
                await output.WriteAsync(new byte[TarFormat.PaddingOf(blob.Descriptor.Size)], cancellationToken).ConfigureAwait(false);
            }

            await output.WriteAsync(new byte[TarFormat.EndSize], cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private (ImmutableArray<ImageBlob> Blobs, ImmutableArray<ImmutableArray<StoredImage>> Contents) Collect(ImmutableArray<LayoutImage> images)
    {
        var contents = images.Select(i => StoredImage.All(store, i.Manifest.Digest)).ToImmutableArray();
        var blobs = new Dictionary<Digest, ImageBlob>();
        foreach (var (image, parts) in images.Zip(contents))
        {
            Add(image.Manifest.Digest, store.Blobs.Get(image.Manifest.Digest));
            foreach (var part in parts)
            {
                Add(part.Digest, part.Bytes);
                foreach (var blob in part.Blobs)
                {
                    blobs.TryAdd(blob.Descriptor.Digest, blob);
                }
            }
        }

        return ([.. blobs.Values.OrderBy(b => b.Descriptor.Digest.Hex, StringComparer.Ordinal)], contents);

        void Add(Digest digest, byte[] bytes) => blobs.TryAdd(
            digest, new ImageBlob(new Descriptor("", digest, bytes.Length), () => new MemoryStream(bytes, writable: false)));
    }

    private async Task CopyAsync(ImageBlob blob, Stream output, CancellationToken cancellationToken)
    {
        // What comes from a registry is verified here: nobody else will.
        var isRemote = blob.Open is null && registries is not null && !blob.Origins.IsEmpty;
        var open = isRemote ? () => new PassingBlobStream(registries!.Blobs, blob.Origins[0], blob.Descriptor) : blob.Open;
        var input = new VerifyingStream((open ?? throw Missing(blob))(), blob.Descriptor, _ => { }, hashes: isRemote);
        await using (input.ConfigureAwait(false))
        {
            await input.CopyToAsync(output, BufferSize, cancellationToken).ConfigureAwait(false);
            await input.VerifyAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static StoreException Missing(ImageBlob blob) => new(blob.Origins is [var origin, ..]
        ? $"The store does not have the layer {blob.Descriptor.Digest} as registries have it; it is in {origin}."
        : $"The layer {blob.Descriptor.Digest} was pulled compressed and is kept only as its files, so it cannot be written.");

    private static async Task WriteEntryAsync(Stream output, string name, byte[] bytes, CancellationToken cancellationToken)
    {
        await WriteHeaderAsync(output, name, bytes.Length, cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(new byte[TarFormat.PaddingOf(bytes.Length)], cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteHeaderAsync(Stream output, string name, long size, CancellationToken cancellationToken)
    {
        var header = new MemoryStream();
        TarHeaderWriter.Write(header, new LayerEntry(name, LayerEntryKind.File) { Size = size });
        await output.WriteAsync(header.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteFileAsync(string path, Func<Stream, Task> write)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = $"{full}.{Guid.NewGuid():n}.tmp";
        try
        {
            var output = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (output.ConfigureAwait(false))
            {
                await write(output).ConfigureAwait(false);
            }

            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
