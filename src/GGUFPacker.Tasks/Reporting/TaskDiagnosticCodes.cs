namespace GGUFPacker.Tasks.Reporting;

/// <summary>
/// The codes of what can be wrong with a model project; docs/diagnostics has a page for each. The .targets files have GGUF0190 and GGUF0601 to GGUF0603.
/// </summary>
internal static class TaskDiagnosticCodes
{
    /// <summary>The store no longer has an image of the last build.</summary>
    public const string ImageGone = "GGUF0604";

    /// <summary>The project has no model.</summary>
    public const string NoModel = "GGUF0610";

    /// <summary>The project has several models and no GGUFPackerfile of its own.</summary>
    public const string SeveralModels = "GGUF0611";

    /// <summary>A model is neither a directory nor a file.</summary>
    public const string ModelNotThere = "GGUF0612";

    /// <summary>Repository, tag and type make no image reference.</summary>
    public const string InvalidReference = "GGUF0613";

    /// <summary>The registry's name is none.</summary>
    public const string InvalidRegistry = "GGUF0614";

    /// <summary>A file that a quantize type names is not there, or cannot be read.</summary>
    public const string FileNotThere = "GGUF0615";

    /// <summary>A LoRA adapter has no checkpoint to be converted on.</summary>
    public const string NoBase = "GGUF0616";

    /// <summary>Two images hold different files of one name.</summary>
    public const string SameName = "GGUF0620";

    /// <summary>A model takes more memory than the project allows.</summary>
    public const string TooMuchMemory = "GGUF0640";

    /// <summary>The project's limit is no size of memory.</summary>
    public const string InvalidMemorySize = "GGUF0641";

    /// <summary>The project has a limit, and the memory cannot be estimated.</summary>
    public const string NoEstimate = "GGUF0642";

    /// <summary>Something failed that has no code of its own.</summary>
    public const string UnexpectedFailure = "GGUF0699";
}
