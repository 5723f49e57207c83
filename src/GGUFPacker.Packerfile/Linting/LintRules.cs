using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Linting;

/// <summary>All lint rules. Those that Dockerfiles have too carry BuildKit's names and messages, so that what reads the one reads the other.</summary>
public static class LintRules
{
    /// <summary>An instruction goes on over an empty line.</summary>
    public static LintRule NoEmptyContinuation { get; } = new(
        "NoEmptyContinuation", "GGUF0101", "Empty continuation lines will become errors in a future release");

    /// <summary>A stage's name has capitals.</summary>
    public static LintRule StageNameCasing { get; } = new("StageNameCasing", "GGUF0103", "Stage names should be lowercase");

    /// <summary>FROM and AS differ in case.</summary>
    public static LintRule FromAsCasing { get; } = new("FromAsCasing", "GGUF0104", "The 'as' keyword should match the case of the 'from' keyword");

    /// <summary>Instructions differ in case.</summary>
    public static LintRule ConsistentInstructionCasing { get; } =
        new("ConsistentInstructionCasing", "GGUF0105", "All commands within the GGUFPackerfile should use the same casing (either upper or lower)");

    /// <summary>Two stages share a name.</summary>
    public static LintRule DuplicateStageName { get; } = new("DuplicateStageName", "GGUF0106", "Stage names should be unique");

    /// <summary>A stage is named <c>scratch</c> or <c>context</c>.</summary>
    public static LintRule ReservedStageName { get; } = new("ReservedStageName", "GGUF0107", "Reserved words should not be used as stage names");

    /// <summary>FROM uses an argument that is not declared.</summary>
    public static LintRule UndefinedArgInFrom { get; } = new("UndefinedArgInFrom", "GGUF0108", "FROM command must use declared ARGs");

    /// <summary>A variable that is not set is used.</summary>
    public static LintRule UndefinedVar { get; } = new("UndefinedVar", "GGUF0109", "Variables should be defined before their use");

    /// <summary>A stage has several CMD.</summary>
    public static LintRule MultipleInstructionsDisallowed { get; } =
        new("MultipleInstructionsDisallowed", "GGUF0110", "Multiple instructions of the same type should not be used in the same stage");

    /// <summary>LABEL is in its old form.</summary>
    public static LintRule LegacyKeyValueFormat { get; } = new(
        "LegacyKeyValueFormat", "GGUF0111", "Legacy key/value format with whitespace separator should not be used");

    /// <summary>A base image is of another platform.</summary>
    public static LintRule InvalidBaseImagePlatform { get; } = new(
        "InvalidBaseImagePlatform", "GGUF0112", "Base image platform does not match expected target platform");

    /// <summary>FROM asks for the platform that it gets anyway.</summary>
    public static LintRule RedundantTargetPlatform { get; } =
        new("RedundantTargetPlatform", "GGUF0113", "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior");

    /// <summary>An argument's name says that it is a secret.</summary>
    public static LintRule SecretsUsedInArgOrEnv { get; } = new("SecretsUsedInArgOrEnv", "GGUF0114", "Sensitive data should not be used in the ARG commands");

    /// <summary>FROM is only valid with arguments given from outside.</summary>
    public static LintRule InvalidDefaultArgInFrom { get; } =
        new("InvalidDefaultArgInFrom", "GGUF0115", "Default value for global ARG results in an empty or invalid base image name");

    /// <summary>FROM names a platform.</summary>
    public static LintRule FromPlatformFlagConstDisallowed { get; } =
        new("FromPlatformFlagConstDisallowed", "GGUF0116", "FROM --platform flag should not use a constant value");

    /// <summary>ADD or COPY names a file that the ignore file leaves out.</summary>
    public static LintRule CopyIgnoredFile { get; } = new("CopyIgnoredFile", "GGUF0117", "Attempting to Copy file that is excluded by .ggufpackerignore");

    /// <summary>A comment looks like a description and describes nothing.</summary>
    public static LintRule InvalidDefinitionDescription { get; } = new(
        "InvalidDefinitionDescription",
        "GGUF0118",
        "Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, "
        + "add an empty line or comment between the instruction and the comment.")
    {
        IsExperimental = true,
    };

    /// <summary>QUANTIZE reads what is quantized already.</summary>
    public static LintRule AlreadyQuantized { get; } = OfModels("AlreadyQuantized", "GGUF0120", "A model should be quantized from its full weights, once");

    /// <summary>A type of few bits is quantized without an importance matrix.</summary>
    public static LintRule MissingImportanceMatrix { get; } = OfModels(
        "MissingImportanceMatrix", "GGUF0121", "Types of two and three bits should be quantized with an importance matrix");

    /// <summary>CMD names a file that no instruction makes.</summary>
    public static LintRule CommandFileNotMade { get; } = OfModels("CommandFileNotMade", "GGUF0122", "CMD should name files that the stage has");

    /// <summary>An argument's default looks like a secret.</summary>
    public static LintRule SecretInDefault { get; } = OfModels("SecretInDefault", "GGUF0123", "Tokens and keys should not stand in the file");

    /// <summary>A model is added from elsewhere and nothing says under which licence.</summary>
    public static LintRule MissingLicense { get; } = OfModels("MissingLicense", "GGUF0124", "An image with a model from elsewhere should have a licence label");

    /// <summary>A source may hold something else tomorrow.</summary>
    public static LintRule UnpinnedSource { get; } = OfModels("UnpinnedSource", "GGUF0125", "Remote sources should be pinned to a revision or a checksum");

    /// <summary>Every rule, by code.</summary>
    public static ImmutableArray<LintRule> All { get; } =
    [
        NoEmptyContinuation, StageNameCasing, FromAsCasing, ConsistentInstructionCasing, DuplicateStageName, ReservedStageName, UndefinedArgInFrom,
        UndefinedVar,
        MultipleInstructionsDisallowed, LegacyKeyValueFormat, InvalidBaseImagePlatform, RedundantTargetPlatform, SecretsUsedInArgOrEnv, InvalidDefaultArgInFrom,
        FromPlatformFlagConstDisallowed, CopyIgnoredFile, InvalidDefinitionDescription, AlreadyQuantized, MissingImportanceMatrix, CommandFileNotMade,
        SecretInDefault,
        MissingLicense, UnpinnedSource,
    ];

    /// <summary>The rule of a name; null if there is none.</summary>
    public static LintRule? Find(string? name) => All.FirstOrDefault(rule => rule.Name == name);

    private static LintRule OfModels(string name, string code, string description) => new(name, code, description) { IsOfModels = true };
}
