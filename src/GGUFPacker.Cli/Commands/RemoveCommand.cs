using System.CommandLine;
using System.Text.RegularExpressions;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer remove MODEL…</c>: forgets names. Files that another image needs stay.</summary>
internal static partial class RemoveCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var models = new Argument<string[]>("MODEL") { Description = "Names, or IDs of at least 12 digits.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("remove", "Removes models from the local store.") { models };
        command.Aliases.Add("rm");
        command.SetAction(result => Run(environment, result.GetRequiredValue(models)));
        return command;
    }

    private static int Run(CliEnvironment environment, string[] models)
    {
        var failed = false;
        using (var store = environment.OpenStore())
        {
            foreach (var model in models)
            {
                if (Remove(store, model) is { } fault)
                {
                    failed = true;
                    environment.Console.Error.WriteLine($"gguf-packer: {model} is not removed: {fault}");
                }
                else
                {
                    environment.Console.Out.WriteLine($"removed {model}");
                }
            }
        }

        Free(environment);
        return failed ? ExitCode.Failure : ExitCode.Success;
    }

    // The name is gone in any case; a build that is running keeps the files for now.
    private static void Free(CliEnvironment environment)
    {
        try
        {
            StorePrune.Run(environment.StoreRoot, time: environment.Time);
        }
        catch (StoreException error)
        {
            environment.Console.Note($"gguf-packer: the files stay until 'gguf-packer cache prune' is run: {error.Message}");
        }
    }

    private static string? Remove(ContentStore store, string model)
    {
        // As for the original, a name that could be an ID is one.
        if (Id().IsMatch(model))
        {
            var tags = store.Tags.List().Where(tag => IdOf(store, tag)?.StartsWith(model, StringComparison.Ordinal) is true).ToList();
            return tags switch
            {
                [var tag] => store.Tags.Remove(tag.Reference) ? null : "it is in use.",
                [] => "no model has this ID.",
                _ => $"several names have this ID: {string.Join(", ", tags.Select(tag => tag.Reference.Familiar))}.",
            };
        }

        if (!ImageReference.TryParse(model, out var reference, out var error))
        {
            return error;
        }

        return store.Tags.Remove(reference) ? null : "the store does not have it.";
    }

    private static string? IdOf(ContentStore store, StoredTag tag)
    {
        try
        {
            return StoredModel.Load(store, tag.Manifest).Id;
        }
        catch (Exception error) when (error is StoreException or ContentException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[a-z0-9]{12,64}$")]
    private static partial Regex Id();
}
