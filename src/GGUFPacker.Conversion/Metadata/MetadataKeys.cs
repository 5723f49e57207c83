using System.Collections.Immutable;

namespace GGUFPacker.Conversion.Metadata;

/// <summary>The keys of the group "general" that describe a model, in the order in which they are written.</summary>
internal static class MetadataKeys
{
    public const string Name = "general.name";
    public const string Author = "general.author";
    public const string Version = "general.version";
    public const string Organization = "general.organization";
    public const string Finetune = "general.finetune";
    public const string Basename = "general.basename";
    public const string Description = "general.description";
    public const string SizeLabel = "general.size_label";
    public const string License = "general.license";
    public const string LicenseName = "general.license.name";
    public const string LicenseLink = "general.license.link";
    public const string SourceUrl = "general.source.url";
    public const string SourceDoi = "general.source.doi";
    public const string SourceUuid = "general.source.uuid";
    public const string SourceRepoUrl = "general.source.repo_url";
    public const string BaseModels = "general.base_models";
    public const string Datasets = "general.datasets";
    public const string Tags = "general.tags";
    public const string Languages = "general.languages";

    /// <summary>Recommended settings of the sampler: the key, the name in generation_config.json, and the kind of value.</summary>
    public static ImmutableArray<(string Key, string ConfigName, SamplingKind Kind)> Sampling { get; } =
    [
        ("general.sampling.sequence", "sequence", SamplingKind.Text),
        ("general.sampling.top_k", "top_k", SamplingKind.Integer),
        ("general.sampling.top_p", "top_p", SamplingKind.Real),
        ("general.sampling.min_p", "min_p", SamplingKind.Real),
        ("general.sampling.xtc_probability", "xtc_probability", SamplingKind.Real),
        ("general.sampling.xtc_threshold", "xtc_threshold", SamplingKind.Real),
        ("general.sampling.temp", "temperature", SamplingKind.Real),
        ("general.sampling.penalty_last_n", "penalty_last_n", SamplingKind.Integer),
        ("general.sampling.penalty_repeat", "penalty_repeat", SamplingKind.Real),
        ("general.sampling.mirostat", "mirostat", SamplingKind.Integer),
        ("general.sampling.mirostat_tau", "mirostat_tau", SamplingKind.Real),
        ("general.sampling.mirostat_eta", "mirostat_eta", SamplingKind.Real),
    ];

    /// <summary>Texts, in the order in which they are written.</summary>
    public static ImmutableArray<string> Texts { get; } =
    [
        Name, Author, Version, Organization, Finetune, Basename, Description, "general.quantized_by", SizeLabel, License, LicenseName, LicenseLink,
        "general.url", "general.doi", "general.uuid", "general.repo_url", SourceUrl, SourceDoi, SourceUuid, SourceRepoUrl,
    ];

    /// <summary>The texts that describe one base model or dataset, in the order in which they are written.</summary>
    public static ImmutableArray<string> OriginTexts { get; } =
        ["name", "author", "version", "organization", "description", "url", "doi", "uuid", "repo_url"];

    /// <summary>
    /// Keys that a file of overrides may set. It takes the lists of base models and datasets under one key each, and cannot set the license itself.
    /// </summary>
    public static ImmutableArray<string> Overridable { get; } =
        [.. Sampling.Select(sampling => sampling.Key), .. Texts.Where(key => key != License), BaseModels, Datasets, Tags, Languages];
}
