using System.Text.RegularExpressions;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>Takes the description of a model from its card, by llama.cpp's own keys, the same with "model_" before them, and Hugging Face's.</summary>
internal static partial class ModelCardHeuristics
{
    private static readonly string[] AddressBeginnings = ["http://", "https://", "ssh://"];

    /// <summary>Texts: the key and the names in the card, strongest first.</summary>
    private static readonly (string Key, string[] CardNames)[] Texts =
    [
        (MetadataKeys.Name, ["name", "model_name"]),
        (MetadataKeys.Author, ["author", "model_author", "model_creator"]),
        (MetadataKeys.Version, ["version", "model_version"]),
        (MetadataKeys.Organization, ["organization", "model_organization"]),
        (MetadataKeys.Description, ["description", "model_description"]),
        (MetadataKeys.Finetune, ["finetune", "model_finetune"]),
        (MetadataKeys.Basename, ["basename", "model_basename", "model_type"]),
        (MetadataKeys.SizeLabel, ["size_label", "model_size_label"]),
        (MetadataKeys.SourceUrl, ["url", "model_url"]),
        (MetadataKeys.SourceDoi, ["doi", "model_doi"]),
        (MetadataKeys.SourceUuid, ["uuid", "model_uuid"]),
        (MetadataKeys.SourceRepoUrl, ["repo_url", "model_repo_url"]),
        (MetadataKeys.License, ["license"]),
        (MetadataKeys.LicenseName, ["license_name"]),
        (MetadataKeys.LicenseLink, ["license_link"]),
    ];

    /// <summary>Sets the keys that the card has.</summary>
    public static void Apply(ModelMetadata metadata, IReadOnlyDictionary<string, MetadataValue?> card, long parameters)
    {
        foreach (var (key, names) in Texts)
        {
            foreach (var name in names)
            {
                metadata.SetIfMissing(key, card.GetValueOrDefault(name));
            }
        }

        ApplyOrigins(metadata, MetadataKeys.BaseModels, card, ["base_model", "base_models", "base_model_sources"], parameters);
        ApplyOrigins(metadata, MetadataKeys.Datasets, card, ["datasets", "dataset", "dataset_sources"], parameters);
        ApplyList(metadata, MetadataKeys.Tags, card, ["tags", "pipeline_tag"]);
        ApplyList(metadata, MetadataKeys.Languages, card, ["languages", "language"]);
    }

    /// <summary>A list of what stands under all the names; a value that is neither text nor list counts as an empty list.</summary>
    private static void ApplyList(ModelMetadata metadata, string key, IReadOnlyDictionary<string, MetadataValue?> card, string[] names)
    {
        var values = names.Select(card.GetValueOrDefault).OfType<MetadataValue>().ToList();
        if (values.Count > 0)
        {
            metadata.Set(key, new MetadataValue.Sequence([.. values.SelectMany(Items)]));
        }
    }

    private static void ApplyOrigins(ModelMetadata metadata, string key, IReadOnlyDictionary<string, MetadataValue?> card, string[] names, long parameters)
    {
        if (names.FirstOrDefault(card.ContainsKey) is { } name)
        {
            metadata.Set(key, new MetadataValue.Sequence([.. Items(card[name]).Select(item => Origin(item, parameters))]));
        }
    }

    private static IEnumerable<MetadataValue?> Items(MetadataValue? value) => value switch
    {
        MetadataValue.Text => [value],
        MetadataValue.Sequence sequence => sequence.Items,
        _ => [],
    };

    /// <summary>A base model or dataset: an identifier or address is taken apart, a mapping stays as it is.</summary>
    private static MetadataValue.Mapping Origin(MetadataValue? item, long parameters)
    {
        if (item is MetadataValue.Mapping mapping)
        {
            return mapping;
        }

        var members = new Dictionary<string, MetadataValue?>(StringComparer.Ordinal);
        if (item is MetadataValue.Text { Value: var id })
        {
            string? identifier = id;
            if (AddressBeginnings.Any(beginning => id.StartsWith(beginning, StringComparison.Ordinal)))
            {
                members["repo_url"] = item;
                identifier = HuggingFaceAddress().Match(id) is { Success: true } match ? match.Groups[1].Value : null;
            }

            if (identifier is not null)
            {
                Describe(members, ModelIdentifier.Parse(identifier, parameters));
            }
        }

        return new MetadataValue.Mapping(members);
    }

    private static void Describe(Dictionary<string, MetadataValue?> members, ModelIdentifier identifier)
    {
        members["name"] = new MetadataValue.Text(Title.Of(identifier.FullName));
        if (identifier.Version is { } version)
        {
            members["version"] = new MetadataValue.Text(version);
        }

        if (identifier.Organization is { } organization)
        {
            members["organization"] = new MetadataValue.Text(Title.Of(organization));
            members.TryAdd("repo_url", new MetadataValue.Text($"https://huggingface.co/{organization}/{identifier.FullName}"));
        }
    }

    [GeneratedRegex(@"\Ahttps?://huggingface\.co/([^/]+/[^/]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex HuggingFaceAddress();
}
