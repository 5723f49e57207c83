using System.Collections.Immutable;
using System.Text.Json;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Embedded.Caching;

/// <summary>
/// A shared cache as registries have it: an image manifest whose layers are tars with the steps' files (for what an image has, that image's own layers,
/// so that a registry keeps their bytes once), and whose config says which step gave which file.
/// </summary>
/// <param name="Steps">The steps.</param>
/// <param name="Layers">The layers, plain tars.</param>
internal sealed record CacheManifest(ImmutableArray<CachedStep> Steps, ImmutableArray<Descriptor> Layers)
{
    /// <summary>The media type of the config.</summary>
    public const string ConfigType = "application/vnd.gguf-packer.cache.config.v1+json";

    /// <summary>The largest config that is read.</summary>
    public const int MaxConfigSize = 16 << 20;

    private const string Member = "gguf-packer.cache";
    private const int MaxSteps = 100_000;
    private const int MaxTextLength = 4096;

    /// <summary>Reads a cache.</summary>
    /// <exception cref="ContentException">It is none, or of another kind.</exception>
    public static CacheManifest Parse(ImageManifest manifest, ReadOnlyMemory<byte> configBytes)
    {
        if (manifest.Config.MediaType != ConfigType)
        {
            throw new ContentException($"Its config has the media type '{manifest.Config.MediaType}', which is no cache's.");
        }

        var config = ImageConfig.Parse(configBytes);
        var cache = config.OtherMembers.FirstOrDefault(member => member.Key == Member).Value;
        try
        {
            if (cache.ValueKind != JsonValueKind.Object || cache.GetProperty("format").GetString() != StepCache.EngineFormat)
            {
                // What another version has made would have other keys.
                return new CacheManifest([], []);
            }

            var steps = cache.GetProperty("steps");
            if (steps.GetArrayLength() > MaxSteps)
            {
                throw new ContentException($"It has {steps.GetArrayLength()} steps; more than {MaxSteps} are not read.");
            }

            if (config.DiffIds.Length != manifest.Layers.Length
                || manifest.Layers.Zip(config.DiffIds).Any(layer => layer.First.Digest != layer.Second || layer.First.MediaType != MediaTypes.LayerTar))
            {
                throw new ContentException("Its layers are not the plain tars that its config lists.");
            }

            return new CacheManifest([.. steps.EnumerateArray().Select(step => Read(step, manifest.Layers.Length))], manifest.Layers);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ContentException($"Its config is faulty: {exception.Message}", exception);
        }
    }

    /// <summary>The config; its media type is <see cref="ConfigType"/>.</summary>
    public byte[] ToConfig() => new ImageConfig { DiffIds = [.. Layers.Select(layer => layer.Digest)], OtherMembers = [new(Member, ToJson())] }.ToBytes();

    private static CachedStep Read(JsonElement step, int layers)
    {
        var layer = step.GetProperty("layer").GetInt32();
        var size = step.GetProperty("size").GetInt64();
        var madeBy = step.GetProperty("by").GetString() ?? "";
        var key = Digest.Parse(step.GetProperty("key").GetString() ?? "");
        var content = Digest.Parse(step.GetProperty("content").GetString() ?? "");
        return layer >= 0 && layer < layers && size > 0
            ? new CachedStep(key, layer, content, size, madeBy[..Math.Min(madeBy.Length, MaxTextLength)])
            : throw new ContentException("A step of it names a layer that there is not, or a file without bytes.");
    }

    private JsonElement ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("format", StepCache.EngineFormat);
            json.WriteStartArray("steps");
            foreach (var step in Steps)
            {
                json.WriteStartObject();
                json.WriteString("key", step.Key.ToString());
                json.WriteNumber("layer", step.Layer);
                json.WriteString("content", step.Content.ToString());
                json.WriteNumber("size", step.Size);
                json.WriteString("by", step.MadeBy[..Math.Min(step.MadeBy.Length, MaxTextLength)]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }
}
