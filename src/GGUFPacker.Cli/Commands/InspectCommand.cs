using System.CommandLine;
using System.Text.Json;
using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Registry;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer inspect MODEL</c>: an image's config as JSON, without the history.</summary>
internal static class InspectCommand
{
    // The order of the OCI specification's text, which is that of most tools.
    private static readonly string[] Order = ["created", "author", "architecture", "os", "os.version", "os.features", "variant", "config", "rootfs"];

    public static Command Create(CliEnvironment environment)
    {
        var model = new Argument<string>("MODEL") { Description = "The image's name." };
        var force = new Option<bool>("--force") { Description = "Ask the registry even if the store has the name." };
        var insecure = new Option<bool>("--insecure") { Description = "Allow plain HTTP and unknown certificates." };
        var command = new Command("inspect", "Shows what is in a model, of the local store or else of a registry, as JSON.") { model, force, insecure };
        command.SetAction((line, cancellationToken) =>
            RunAsync(environment, line.GetRequiredValue(model), line.GetValue(force), line.GetValue(insecure), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, string model, bool force, bool insecure, CancellationToken cancellationToken)
    {
        var reference = References.IsFileName(model)
            ? throw new UsageException($"'{model}' is a file's name, and inspect takes an image; verify and estimate look at files.")
            : References.Parse(model);
        using var store = environment.OpenStore();
        byte[] config;
        if (!force && store.Tags.Find(reference) is { } tag)
        {
            config = StoredModel.Load(store, tag.Manifest).ConfigBytes;
        }
        else
        {
            using var client = Registries.CreateClient(environment, reference.Registry, insecure, pushing: false);
            var request = new PullRequest(reference) { WithoutLayers = true };
            var image = await new ImagePull(client, store).RunAsync(request, progress: null, cancellationToken).ConfigureAwait(false);
            config = store.Blobs.Get(image.Manifest.Config.Digest);
        }

        StoredModel.RequireModel(reference, ModelImageConfig.Parse(config));
        WriteConfig(environment.Console.Out, config);
        return ExitCode.Success;
    }

    private static void WriteConfig(TextWriter output, byte[] config)
    {
        using var document = JsonDocument.Parse(config);
        var members = document.RootElement.EnumerateObject()
            .Where(member => member.Name != "history")
            .OrderBy(member => Array.IndexOf(Order, member.Name) is >= 0 and var index ? index : Order.Length);
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
