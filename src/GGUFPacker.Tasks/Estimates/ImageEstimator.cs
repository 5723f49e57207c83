using GGUFPacker.Build.Images;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Estimation.Reports;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Tasks.Estimates;

/// <summary>Estimates images of the store: a server with the image's CMD, on one device of unknown size.</summary>
internal static class ImageEstimator
{
    /// <summary>Estimates an image.</summary>
    /// <returns>Null for an image without a model.</returns>
    /// <exception cref="EstimateException">llama.cpp would refuse the model or the CMD.</exception>
    public static async Task<ImageEstimate?> EstimateAsync(ContentStore store, string reference, CancellationToken cancellationToken)
    {
        var tag = store.Tags.Find(ImageReference.Parse(reference)) ?? throw new StoreException($"The store does not have the image {reference}.");
        var manifest = store.Blobs.Get(tag.Manifest.Digest);
        if (MediaTypes.IsIndex(tag.Manifest.MediaType))
        {
            manifest = store.Blobs.Get(ImageIndex.Parse(manifest).Select(Platform.Host).Digest);
        }

        var config = ModelImageConfig.Parse(store.Blobs.Get(ImageManifest.Parse(manifest).Config.Digest));
        if (config.Model is null)
        {
            return null;
        }

        var headers = await ModelImageHeaders.ReadAsync(config, new StoredImageFiles(store, config.Image).OpenAsync, cancellationToken).ConfigureAwait(false);
        var models = new EngineModels(HeaderOf(headers.Model))
        {
            Drafter = headers.Drafter is { } drafter ? HeaderOf(drafter) : null,
            Projector = headers.Projector is { } projector ? HeaderOf(projector) : null,
            Adapters = [.. headers.Adapters.Select(HeaderOf)],
        };
        var arguments = EngineArguments.Of(EngineProfile.LlamaServer).Apply(config.Command.Arguments);
        var setup = new EngineSetup(models, arguments, [.. DevicesOf(arguments)], PlatformFootprint.Default);
        var path = ModelCommand.PathInImage(config.Model.CommandValue);
        return new ImageEstimate(
            reference, path[(path.LastIndexOf('/') + 1)..], setup, EstimateDocument.Create(reference, models.Model, [new EstimateRow(setup.Estimate())]));
    }

    // As many as CMD speaks of.
    private static IEnumerable<ComputeDevice> DevicesOf(EngineArguments arguments) =>
        Enumerable.Range(0, Math.Clamp(arguments.Options.TensorSplit.Length > 0 ? arguments.Options.TensorSplit.Length : arguments.DeviceCount ?? 1, 0, 64))
            .Select(i => new ComputeDevice($"GPU{i}", ComputeDeviceKind.Cuda, 0));

    private static ModelHeader HeaderOf(ModelFileHeader header) => new(header.Metadata, header.Tensors);
}
