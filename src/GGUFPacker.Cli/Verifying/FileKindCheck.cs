using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Whether a file is of the kind that an option of CMD takes.</summary>
internal static class FileKindCheck
{
    /// <summary>Checks a file of CMD.</summary>
    /// <param name="option">The option, such as <c>--lora</c>.</param>
    /// <param name="kind">What the option takes.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="file">The file.</param>
    /// <param name="model">The model; null if it is unknown.</param>
    public static IEnumerable<Finding> Check(string option, CommandFileKind kind, string name, GgufParts file, GgufParts? model)
    {
        var isControlVector = option.StartsWith("--control-vector", StringComparison.Ordinal);
        var (fits, wanted) = kind switch
        {
            CommandFileKind.Projector => (file.IsProjector, "a multimodal projector (architecture clip)"),
            CommandFileKind.Adapter when isControlVector => (file.IsControlVector, "a control vector"),
            CommandFileKind.Adapter => (file.IsAdapter, "a LoRA adapter (general.type adapter)"),
            _ => (!file.IsAdapter && !file.IsControlVector && !file.IsProjector && file.Metadata.GetString("general.type") != "imatrix", "a model"),
        };
        if (!fits)
        {
            yield return VerifyRules.WrongKindOfFile.Of(name, $"{option} takes {wanted}; {name} is {Describe(file)}.");
        }
        else if (file.IsAdapter && model is not null && file.Architecture != model.Architecture)
        {
            yield return VerifyRules.AdapterOfAnotherArchitecture.Of(name, $"The adapter is for '{file.Architecture}', the model is '{model.Architecture}'.");
        }
    }

    private static string Describe(GgufParts file) =>
        file.IsAdapter ? "a LoRA adapter"
        : file.IsControlVector ? "a control vector"
        : file.IsProjector ? "a multimodal projector"
        : file.Metadata.GetString("general.type") == "imatrix" ? "an importance matrix"
        : $"a model of the architecture '{file.Architecture}'";
}
