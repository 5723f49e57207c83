using System.Collections.Immutable;

namespace GGUFPacker.Cli.Verifying;

/// <summary>All that <c>verify</c> can find, each in docs/run.md too.</summary>
internal static class VerifyRules
{
    private const string Convert = "Convert the checkpoint again.";
    private const string Fetch = "Fetch or build the file again.";

    public static VerifyRule InvalidHeader { get; } = Error("InvalidHeader", Fetch);

    public static VerifyRule MissingPart { get; } = Error(
        "MissingPart",
        "Put all parts of a split model into the image, beside each other and with their names unchanged.");

    public static VerifyRule TensorOutsideFile { get; } = Error("TensorOutsideFile", "The file is cut off. " + Fetch);

    public static VerifyRule TensorsOverlap { get; } = Error("TensorsOverlap", Fetch);

    public static VerifyRule TrailingBytes { get; } = Warning("TrailingBytes", "llama.cpp ignores them. " + Fetch);

    public static VerifyRule NoTensors { get; } = Error("NoTensors", "The file holds a vocabulary at most; name a file with weights.");

    public static VerifyRule NoArchitecture { get; } = Error("NoArchitecture", Convert);

    public static VerifyRule UnknownArchitecture { get; } = Warning(
        "UnknownArchitecture",
        "Run it with a program that knows the architecture, or convert it as one that llama.cpp knows.");

    public static VerifyRule MissingBlocks { get; } = Error("MissingBlocks", Convert);

    public static VerifyRule FileTypeMismatch { get; } = Warning("FileTypeMismatch", "Quantize the model again: lists and registries show what the key says.");

    public static VerifyRule NoTokenizer { get; } = Error("NoTokenizer", "Convert the checkpoint again, with its tokenizer files beside the weights.");

    public static VerifyRule UnknownTokenizer { get; } = Error("UnknownTokenizer", Convert);

    public static VerifyRule TokenTableLength { get; } = Error("TokenTableLength", Convert);

    public static VerifyRule DuplicateToken { get; } = Error("DuplicateToken", "llama.cpp ends with an assertion. " + Convert);

    public static VerifyRule NoMerges { get; } = Error("NoMerges", Convert);

    public static VerifyRule MergeWithoutTokens { get; } = Warning("MergeWithoutTokens", "Texts are split otherwise than in training. " + Convert);

    public static VerifyRule NoPreTokenizer { get; } = Warning("NoPreTokenizer", "llama.cpp splits texts by its default then, which is worse. " + Convert);

    public static VerifyRule UnknownPreTokenizer { get; } = Error(
        "UnknownPreTokenizer",
        "Convert the checkpoint again; --pre-tokenizer names one that splits alike.");

    public static VerifyRule SpecialTokenOutOfRange { get; } = Error("SpecialTokenOutOfRange", Convert);

    public static VerifyRule NoEndToken { get; } = Warning("NoEndToken", "Answers may not end. " + Convert);

    public static VerifyRule EmbeddingRowsMismatch { get; } = Error("EmbeddingRowsMismatch", Convert);

    public static VerifyRule NoChatTemplate { get; } = Warning(
        "NoChatTemplate",
        "llama-server takes ChatML then. Give --chat-template or --chat-template-file in CMD if the model was trained on another form.");

    public static VerifyRule ChatTemplateUnclosed { get; } = Error(
        "ChatTemplateUnclosed",
        "Mend the template, or give another one with --chat-template-file in CMD.");

    public static VerifyRule ChatTemplateWithoutMessages { get; } = Warning(
        "ChatTemplateWithoutMessages",
        "Every chat would give the same prompt; give another template with --chat-template-file in CMD.");

    public static VerifyRule UnknownChatTemplate { get; } = Error(
        "UnknownChatTemplate",
        "Give a template in Jinja, or a name that 'llama-server --help' lists.");

    public static VerifyRule NoModelInCommand { get; } = Error("NoModelInCommand", "Write CMD [\"-m\", \"model.gguf\"] in the GGUFPackerfile.");

    public static VerifyRule FileNotInImage { get; } = Error(
        "FileNotInImage",
        "Put the file into the image, or correct its path: paths of CMD are relative to the image's root.");

    public static VerifyRule WrongKindOfFile { get; } = Error("WrongKindOfFile", "Name a file of the kind that the option takes.");

    public static VerifyRule DraftTypeMismatch { get; } = Warning("DraftTypeMismatch", "Say with --spec-type in CMD how to draft.");

    public static VerifyRule AdapterOfAnotherArchitecture { get; } = Error(
        "AdapterOfAnotherArchitecture",
        "Take the adapter of this model, or the model of this adapter.");

    public static VerifyRule ContextBeyondTraining { get; } = Warning(
        "ContextBeyondTraining",
        "Lower --ctx-size, or extend the context with --rope-scaling if the model can.");

    public static VerifyRule UnknownFlag { get; } = Error("UnknownFlag", "llama-server ends at an argument that it does not know; leave it out.");

    public static VerifyRule RemovedFlag { get; } = Error("RemovedFlag", "Leave it out.");

    public static VerifyRule FlagOfAnotherProgram { get; } = Error("FlagOfAnotherProgram", "Leave it out.");

    public static VerifyRule MissingFlagValue { get; } = Error("MissingFlagValue", "Write the value after it.");

    public static VerifyRule InvalidFlagValue { get; } = Error("InvalidFlagValue", "Correct the value.");

    public static VerifyRule UnexpectedArgument { get; } = Error("UnexpectedArgument", "llama-server takes options and their values only; leave it out.");

    public static VerifyRule OldFlagForm { get; } = Warning(
        "OldFlagForm",
        "gguf-packer run writes it as llama-server takes it; whoever starts llama-server with CMD as it stands must do the same.");

    public static VerifyRule ContentMissing { get; } = Error("ContentMissing", "Pull the model again with --force.");

    public static VerifyRule ContentDigestMismatch { get; } = Error(
        "ContentDigestMismatch",
        "The bytes on this disk have changed. Remove the model and pull it again.");

    /// <summary>All rules.</summary>
    public static ImmutableArray<VerifyRule> All { get; } =
    [
        InvalidHeader, MissingPart, TensorOutsideFile, TensorsOverlap, TrailingBytes, NoTensors, NoArchitecture, UnknownArchitecture, MissingBlocks, FileTypeMismatch,
        NoTokenizer, UnknownTokenizer, TokenTableLength, DuplicateToken, NoMerges, MergeWithoutTokens, NoPreTokenizer, UnknownPreTokenizer, SpecialTokenOutOfRange,
        NoEndToken, EmbeddingRowsMismatch, NoChatTemplate, ChatTemplateUnclosed, ChatTemplateWithoutMessages, UnknownChatTemplate, NoModelInCommand, FileNotInImage,
        WrongKindOfFile, DraftTypeMismatch, AdapterOfAnotherArchitecture, ContextBeyondTraining, UnknownFlag, RemovedFlag, FlagOfAnotherProgram, MissingFlagValue, InvalidFlagValue,
        UnexpectedArgument, OldFlagForm, ContentMissing, ContentDigestMismatch,
    ];

    private static VerifyRule Error(string id, string advice) => new(id, FindingSeverity.Error, advice);

    private static VerifyRule Warning(string id, string advice) => new(id, FindingSeverity.Warning, advice);
}
