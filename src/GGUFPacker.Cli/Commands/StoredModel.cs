using GGUFPacker.Build.Images;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary>An image of the store, without its layers.</summary>
/// <param name="Manifest">The manifest's descriptor; of an index, of this machine's image.</param>
/// <param name="Config">The config's descriptor; its digest is the ID that lists show.</param>
/// <param name="ConfigBytes">The config as it came.</param>
/// <param name="Model">What the config says of the model.</param>
internal sealed record StoredModel(Descriptor Manifest, Descriptor Config, byte[] ConfigBytes, ModelImageConfig Model)
{
    /// <summary>The digits of an ID that lists show.</summary>
    public const int ShortIdLength = 12;

    /// <summary>The ID: the config's digest without its algorithm.</summary>
    public string Id => Config.Digest.ToString()[(Config.Digest.ToString().IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>Refuses an image that is no model's.</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static void RequireModel(ImageReference reference, ModelImageConfig config)
    {
        if (config.Model is null)
        {
            throw new ContentException($"{reference.Familiar} is no model image: its config describes no GGUF file.");
        }
    }

    /// <summary>Reads an image.</summary>
    /// <exception cref="StoreException">The store does not have its manifest or config.</exception>
    /// <exception cref="ContentException">It is no image.</exception>
    public static StoredModel Load(ContentStore store, Descriptor manifest, Platform? platform = null)
    {
        var bytes = store.Blobs.Get(manifest.Digest);
        if (MediaTypes.IsIndex(manifest.MediaType))
        {
            manifest = ImageIndex.Parse(bytes).Select(platform ?? Platform.Host);
            bytes = store.Blobs.Get(manifest.Digest);
        }

        var config = ImageManifest.Parse(bytes).Config;
        var configBytes = store.Blobs.Get(config.Digest);
        return new StoredModel(manifest, config, configBytes, ModelImageConfig.Parse(configBytes));
    }
}
