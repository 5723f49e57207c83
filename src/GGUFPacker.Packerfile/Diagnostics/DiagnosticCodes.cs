namespace GGUFPacker.Packerfile.Diagnostics;

/// <summary>
/// The codes of what can be wrong with a GGUFPackerfile; docs/diagnostics has a page for each. GGUF00xx are errors of the
/// language, GGUF01xx warnings of the language and its lint rules (<see cref="Linting.LintRules"/>). GGUF02xx are the build graph's, GGUF06xx the SDK's.
/// </summary>
public static class DiagnosticCodes
{
    /// <summary>The file holds no instruction.</summary>
    public const string EmptyFile = "GGUF0001";

    /// <summary>A line is longer than <see cref="PackerfileLimits.LineLength"/>.</summary>
    public const string LineTooLong = "GGUF0002";

    /// <summary>The file is longer than <see cref="PackerfileLimits.FileLength"/>.</summary>
    public const string FileTooLong = "GGUF0003";

    /// <summary>The file is not UTF-8 but UTF-16.</summary>
    public const string NotUtf8 = "GGUF0004";

    /// <summary>The file has no FROM.</summary>
    public const string NoStage = "GGUF0005";

    /// <summary>A parser directive is given twice.</summary>
    public const string DirectiveRepeated = "GGUF0006";

    /// <summary>The escape directive names another character than a backslash or a backtick.</summary>
    public const string InvalidEscape = "GGUF0007";

    /// <summary>The instruction is not known.</summary>
    public const string UnknownInstruction = "GGUF0008";

    /// <summary>Another instruction than ARG stands before the first FROM.</summary>
    public const string InstructionBeforeFrom = "GGUF0009";

    /// <summary>A heredoc has no end.</summary>
    public const string UnterminatedHeredoc = "GGUF0010";

    /// <summary>A heredoc stands where none may be.</summary>
    public const string HeredocNotAllowed = "GGUF0011";

    /// <summary>A JSON form holds something else than strings.</summary>
    public const string JsonNotStrings = "GGUF0012";

    /// <summary>Arguments are missing.</summary>
    public const string MissingArguments = "GGUF0013";

    /// <summary>FROM is neither <c>FROM image</c> nor <c>FROM image AS name</c>.</summary>
    public const string InvalidFrom = "GGUF0014";

    /// <summary>The name of a stage is not allowed.</summary>
    public const string InvalidStageName = "GGUF0015";

    /// <summary>The instruction has no such flag.</summary>
    public const string UnknownFlag = "GGUF0016";

    /// <summary>A flag has no value.</summary>
    public const string FlagWithoutValue = "GGUF0017";

    /// <summary>A flag is given twice.</summary>
    public const string FlagRepeated = "GGUF0018";

    /// <summary>A flag has a value that it cannot have.</summary>
    public const string InvalidFlagValue = "GGUF0019";

    /// <summary>Flags exclude each other, or one needs another.</summary>
    public const string ConflictingFlags = "GGUF0020";

    /// <summary>The name of an argument or a label is empty.</summary>
    public const string EmptyName = "GGUF0021";

    /// <summary>LABEL is not a list of name=value.</summary>
    public const string InvalidLabel = "GGUF0022";

    /// <summary>CMD is not in JSON form.</summary>
    public const string CommandNotJson = "GGUF0023";

    /// <summary>CMD's arguments are not what llama-server could start with.</summary>
    public const string InvalidCommand = "GGUF0024";

    /// <summary>CMD names no model.</summary>
    public const string CommandWithoutModel = "GGUF0025";

    /// <summary>CONVERT or QUANTIZE has more than one source.</summary>
    public const string SeveralSources = "GGUF0026";

    /// <summary>ADD's checksum is not possible.</summary>
    public const string InvalidChecksum = "GGUF0027";

    /// <summary>A variable reference is faulty.</summary>
    public const string InvalidExpansion = "GGUF0028";

    /// <summary>The <c>check</c> directive is faulty.</summary>
    public const string InvalidCheck = "GGUF0029";

    /// <summary>A lint rule is violated, and the file wants that to be an error.</summary>
    public const string LintViolation = "GGUF0030";

    /// <summary>An instruction that knows no flags has some, or a flag has no effect without another.</summary>
    public const string FlagIgnored = "GGUF0102";
}
