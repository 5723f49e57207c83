namespace GGUFPacker.Cli.Verifying;

/// <summary>Verifies a GGUF file by itself.</summary>
internal static class FileVerification
{
    /// <summary>What is wrong with a file.</summary>
    /// <param name="name">The file, as messages call it; of a split model the first one.</param>
    /// <param name="locate">Where a file of such a name lies.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<IReadOnlyList<Finding>> RunAsync(string name, Func<string, string> locate, CancellationToken cancellationToken)
    {
        var model = await GgufParts.OpenAsync(name, part => Task.FromResult(Open(locate(part))), cancellationToken).ConfigureAwait(false);
        return [.. model.Findings, .. Check(name, model, hasChats: true, hasTemplate: false)];
    }

    /// <summary>What is wrong with what a file's header says.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="model">The file.</param>
    /// <param name="hasChats">Whether it is to answer chats.</param>
    /// <param name="hasTemplate">Whether CMD brings a template.</param>
    public static IEnumerable<Finding> Check(string name, GgufParts model, bool hasChats, bool hasTemplate)
    {
        if (model.Parts.IsEmpty || model.Metadata.GetString("general.type") == "imatrix")
        {
            return [];
        }

        var isModel = !model.IsAdapter && !model.IsControlVector && !model.IsProjector;
        return
        [
            .. ModelCheck.Check(name, model),
            .. isModel ? TokenizerCheck.Check(name, model) : [],
            .. isModel && hasChats ? ChatTemplateCheck.CheckModel(name, model.Metadata, hasTemplate) : [],
        ];
    }

    private static Stream? Open(string path) =>
        File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0) : null;
}
