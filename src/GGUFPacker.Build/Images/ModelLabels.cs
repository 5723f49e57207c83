using System.Collections.Immutable;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;

namespace GGUFPacker.Build.Images;

/// <summary>
/// The labels of a model's image. A label that the GGUFPackerfile sets wins; then come what this build knows of itself, the base image's labels, and
/// what the model's header says.
/// What the base's labels say of the base's own model and build does not carry over: it would be untrue of this image.
/// </summary>
internal static class ModelLabels
{
    private const string Created = "org.opencontainers.image.created";
    private const string BaseName = "org.opencontainers.image.base.name";
    private const string BaseDigest = "org.opencontainers.image.base.digest";

    private static readonly ImmutableArray<string> OfTheFile = ["gguf.model.architecture", "gguf.model.parameters", "gguf.model.bpw", "gguf.model.filetype"];

    public static ImmutableSortedDictionary<string, string> Create(ModelImageOptions options, ModelImageConfig? baseConfig, ModelFile? model)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        labels.AddRange(options.Labels);
        Add(labels, Created, options.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        Add(labels, BaseName, options.BaseName);
        Add(labels, BaseDigest, options.BaseDigest?.ToString());
        if (baseConfig is not null)
        {
            var untrue = baseConfig.Model is { } old
                ? Export(old).Where(label => baseConfig.Labels.GetValueOrDefault(label.Key) == label.Value).Select(label => label.Key).Concat(OfTheFile)
                : [];
            foreach (var (key, value) in baseConfig.Labels.RemoveRange(untrue.Concat([Created, BaseName, BaseDigest])))
            {
                Add(labels, key, value);
            }
        }

        if (model is not null)
        {
            foreach (var (key, value) in Export(model))
            {
                Add(labels, key, value);
            }
        }

        return labels.ToImmutable();
    }

    private static IEnumerable<KeyValuePair<string, string>> Export(ModelFile model)
    {
        (string? Value, string Name, string? OciName)[] facts =
        [
            ("gguf-packer", "vendor", "vendor"),
            ("text-to-text", "usage", null),
            (model.Architecture, "architecture", null),
            (GgufUnits.FormatParameters(model.Parameters), "parameters", null),
            (GgufUnits.FormatBitsPerWeight(model.BitsPerWeight), "bpw", null),
            (model.FileTypeName, "filetype", null),
            (model.Text("general.name"), "name", "title"),
            (model.Text("general.author"), "authors", "authors"),
            (model.Text("general.url"), "url", "url"),
            (model.Text("general.description"), "description", "description"),
            (model.Text("general.license"), "licenses", "licenses"),
        ];
        foreach (var (value, name, ociName) in facts)
        {
            if (string.IsNullOrEmpty(value))
            {
                continue;
            }

            yield return new("gguf.model." + name, value);
            if (ociName is not null)
            {
                yield return new("org.opencontainers.image." + ociName, value);
            }
        }
    }

    private static void Add(ImmutableSortedDictionary<string, string>.Builder labels, string key, string? value)
    {
        if (!string.IsNullOrEmpty(value) && !labels.ContainsKey(key))
        {
            labels.Add(key, value);
        }
    }
}
