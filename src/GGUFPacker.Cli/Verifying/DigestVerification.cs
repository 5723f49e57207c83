using System.Security.Cryptography;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Reads every byte of an image of the store again and holds it against its digest.</summary>
internal static class DigestVerification
{
    private const int BufferSize = 1 << 20;
    private const int ShownDigits = 19;

    /// <summary>What has changed since it was taken in.</summary>
    /// <param name="store">The store.</param>
    /// <param name="image">The image.</param>
    /// <param name="progress">Takes how far it is.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(
        ContentStore store, ImageContent image, IProgress<BuildProgress> progress, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var digest in new[] { image.Digest, image.Manifest.Config.Digest })
        {
            if (Digest.Of(store.Blobs.Get(digest)) != digest)
            {
                findings.Add(VerifyRules.ContentDigestMismatch.Of($"{digest}", "The manifest or config has another digest than its name says."));
            }
        }

        foreach (var layer in image.Layers.DistinctBy(layer => layer.DiffId))
        {
            findings.AddRange(await CheckLayerAsync(store, layer, progress, cancellationToken).ConfigureAwait(false));
        }

        return findings;
    }

    /// <summary>A stream's digest.</summary>
    public static async Task<Digest> HashAsync(Stream stream, IProgress<BuildProgress> progress, BuildProgress step, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        progress.Report(step with { Status = BuildStepStatus.Started });
        for (var done = 0L; await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read;)
        {
            hash.AppendData(buffer, 0, read);
            done += read;
            progress.Report(step with { Status = BuildStepStatus.Advanced, Done = done });
        }

        progress.Report(step with { Status = BuildStepStatus.Completed, Done = step.Total });
        return Digest.Parse("sha256:" + Convert.ToHexStringLower(hash.GetCurrentHash()));
    }

    // The layer's digest covers its files and the headers between them. Only if it is another one is each file looked at by itself.
    private static async Task<IReadOnlyList<Finding>> CheckLayerAsync(
        ContentStore store, LayerRecipe layer, IProgress<BuildProgress> progress, CancellationToken cancellationToken)
    {
        using (var stream = store.Layers.OpenRead(layer))
        {
            if (await HashAsync(stream, progress, Step($"Verify layer {layer.DiffId.ToString()[..ShownDigits]}", layer.Size), cancellationToken).ConfigureAwait(false) == layer.DiffId)
            {
                return [];
            }
        }

        var changed = new List<Finding>();
        foreach (var entry in layer.Entries.Where(entry => entry is { Kind: LayerEntryKind.File, Size: > 0 }))
        {
            using var file = store.Contents.OpenRead(entry.Content);
            if (await HashAsync(file, progress, Step($"Verify {entry.Path}", entry.Size), cancellationToken).ConfigureAwait(false) != entry.Content)
            {
                changed.Add(VerifyRules.ContentDigestMismatch.Of(entry.Path, $"Its bytes are no longer those of {entry.Content}."));
            }
        }

        return changed.Count > 0
            ? changed
            : [VerifyRules.ContentDigestMismatch.Of($"{layer.DiffId}", "The layer's headers are no longer those that it came with.")];
    }

    /// <summary>The beginning of a step.</summary>
    public static BuildProgress Step(string name, long size) => new() { Step = name, Name = name, Status = BuildStepStatus.Started, Total = size };
}
