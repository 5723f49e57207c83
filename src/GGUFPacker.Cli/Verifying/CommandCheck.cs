using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Running;
using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Cli.Verifying;

/// <summary>An image's CMD: its flags, and the files that it names.</summary>
internal static class CommandCheck
{
    /// <summary>Checks CMD as such and that the image has what it names.</summary>
    /// <param name="command">CMD.</param>
    /// <param name="tree">The image's files.</param>
    public static IEnumerable<Finding> Check(ModelCommand command, ModelTree tree)
    {
        if (command.Files.All(file => file.Kind != CommandFileKind.Model))
        {
            yield return VerifyRules.NoModelInCommand.Of("CMD", "CMD names no model.");
        }

        foreach (var finding in FlagCheck.Check(command.Arguments))
        {
            yield return finding;
        }

        foreach (var value in command.Files.Select(file => file.Value).Concat(OtherFiles(command)).Distinct(StringComparer.Ordinal))
        {
            if (tree.Find(value) is null)
            {
                yield return VerifyRules.FileNotInImage.Of(value, $"The image has no {value}.");
            }
        }
    }

    /// <summary>The value of an option of CMD that is a file of the image; null if it is not given.</summary>
    public static string? Option(ModelCommand command, string name) => new ServerArguments(command.Arguments).Last(name);

    // Absolute paths may be the machine's that the server runs on.
    private static IEnumerable<string> OtherFiles(ModelCommand command)
    {
        var model = command.Files.Select(file => file.Index).ToHashSet();
        for (var i = 0; i + 1 < command.Arguments.Length; i++)
        {
            var (flag, next) = (LlamaServerFlags.Find(command.Arguments[i]), command.Arguments[i + 1]);
            if (flag?.Value is FlagValue.File or FlagValue.Directory
                && !model.Contains(i + 1)
                && next.Length > 0
                && !next.StartsWith('/')
                && !IsModelFlag(command.Arguments[i]))
            {
                yield return next;
            }

            i += flag?.CountValues(next) ?? 0;
        }
    }

    // Of several models the last one counts, which is checked with the model's files.
    private static bool IsModelFlag(string name) => name is "-m" or "--model" or "-md" or "--model-draft" or "--spec-draft-model" or "--mmproj";
}
