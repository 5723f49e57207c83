using System.CommandLine;
using System.Text.Json;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer inspect MODEL</c>: an image's config as JSON, without the history.</summary>
internal static class InspectCommand
{
    // The order of the OCI specification's text, which is that of most tools.
    private static readonly string[] Order = ["created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs"];

    public static Command Create(CliEnvironment environment)
    {
        var model = new Argument<string>("MODEL") { Description = "The image." };
        var command = new Command("inspect", "Shows what is in a model.") { model };
        command.SetAction(result => Run(environment, result.GetRequiredValue(model)));
        return command;
    }

    private static int Run(CliEnvironment environment, string model)
    {
        var reference = References.Parse(model);
        using var store = environment.OpenStore();
        var tag = store.Tags.Find(reference) ?? throw new StoreException($"The store does not have {reference.Familiar}.");
        WriteConfig(environment.Console.Out, StoredModel.Load(store, tag.Manifest).ConfigBytes);
        return ExitCode.Success;
    }

    private static void WriteConfig(TextWriter output, byte[] config)
    {
        using var document = JsonDocument.Parse(config);
        var members = document.RootElement.EnumerateObject().Where(member => member.Name != "history").OrderBy(member => Array.IndexOf(Order, member.Name) is >= 0 and var index ? index : Order.Length);
        JsonText.Write(output, writer =>
        {
            writer.WriteStartObject();
            foreach (var member in members)
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        });
    }
}
