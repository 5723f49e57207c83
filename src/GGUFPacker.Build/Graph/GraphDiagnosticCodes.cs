namespace GGUFPacker.Build.Graph;

/// <summary>
/// The codes of what can be wrong once a GGUFPackerfile is read; docs/diagnostics has a page for each. Those of the language itself are in
/// GGUFPacker.Packerfile.
/// </summary>
public static class GraphDiagnosticCodes
{
    /// <summary>The instruction, flag or source is part of the language, but this engine cannot do it yet.</summary>
    public const string NotSupportedYet = "GGUF0201";

    /// <summary>A name after --from or FROM is no earlier stage and no context.</summary>
    public const string UnknownStage = "GGUF0202";

    /// <summary>The requested target is no stage of the file.</summary>
    public const string UnknownTarget = "GGUF0203";

    /// <summary>A quantize or tensor type is not known.</summary>
    public const string UnknownType = "GGUF0204";

    /// <summary>A mode is not octal.</summary>
    public const string InvalidMode = "GGUF0205";

    /// <summary>A step could not do its work.</summary>
    public const string StepFailed = "GGUF0206";

    /// <summary>CMD names a file that the stage does not have, or that is no GGUF file.</summary>
    public const string CommandFileMissing = "GGUF0207";

    /// <summary>A build argument that no ARG takes.</summary>
    public const string UnusedBuildArgument = "GGUF0208";

    /// <summary>An ignore file is malformed.</summary>
    public const string InvalidIgnoreFile = "GGUF0209";

    /// <summary>An image reference, a context or another value of the request is faulty.</summary>
    public const string InvalidRequest = "GGUF0210";

    /// <summary>A cache of --cache-from or --cache-to cannot be read or written.</summary>
    public const string CacheUnavailable = "GGUF0213";

    /// <summary>An image that FROM or --from names is not to be had.</summary>
    public const string ImageMissing = "GGUF0220";

    /// <summary>COPY names a source on the network.</summary>
    public const string RemoteSource = "GGUF0221";

    /// <summary>A step did its work and has something to say about it.</summary>
    public const string StepNote = "GGUF0211";

    /// <summary>QUANTIZE names a type that is useless without an importance matrix, and no matrix.</summary>
    public const string ImatrixRequired = "GGUF0212";
}
