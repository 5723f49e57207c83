using GGUFPacker.Build.Images;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.RemoteImages;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary>A model's image where it is: in the store, or else in its registry, of which manifest and config alone have come.</summary>
/// <param name="Reference">Its name.</param>
/// <param name="Manifest">The manifest's descriptor; of an index, of the platform's image.</param>
/// <param name="Config">What the config says of the model.</param>
/// <param name="IsStored">Whether the store has it, except for layers of a base that nothing has needed so far.</param>
/// <param name="Files">Its files. An image of the store is looked at when they are asked for.</param>
internal sealed record FoundModel(ImageReference Reference, Descriptor Manifest, ModelImageConfig Config, bool IsStored, Lazy<ImageFiles> Files)
{
    /// <summary>Finds an image.</summary>
    /// <param name="store">The store; null to ask the registry alone.</param>
    /// <param name="client">Reaches the registry; it has to outlive what is found.</param>
    /// <param name="reference">The image.</param>
    /// <param name="platform">The platform of an image that has several.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="ContentException">It is no model's image.</exception>
    /// <exception cref="RegistryException">The registry does not have it.</exception>
    public static async Task<FoundModel> FindAsync(
        ContentStore? store, RegistryClient client, ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        FoundModel found;
        if (store?.Tags.Find(reference) is { } tag)
        {
            var stored = StoredModel.Load(store, tag.Manifest, platform);
            found = new FoundModel(reference, stored.Manifest, stored.Model, true, new(() => ImageFiles.OfStore(store, client, stored.Manifest.Digest)));
        }
        else
        {
            var image = await RemoteImage.OpenAsync(client, reference, platform, cancellationToken).ConfigureAwait(false);
            found = new FoundModel(reference, image.ManifestDescriptor, ModelImageConfig.Read(image.Config), false, new(image.Files));
        }

        StoredModel.RequireModel(reference, found.Config);
        return found;
    }
}
