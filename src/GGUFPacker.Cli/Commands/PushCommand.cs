using System.CommandLine;
using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer push MODEL [DESTINATION]</c>: sends a model of the local store to a registry.</summary>
internal sealed class PushCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The image's name in the store." };
    private readonly Argument<string?> _destination = new("DESTINATION")
    {
        Description = "Its name in the registry (default: MODEL).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow plain HTTP and unknown certificates." };
    private readonly Option<string?> _progress = ProgressOption.Create();
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly CliEnvironment _environment;

    private PushCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var push = new PushCommand(environment);
        var command = new Command("push", "Sends a model of the local store to a registry.")
        {
            push._model, push._destination, push._insecure, push._progress, push._json,
        };
        command.SetAction(push.RunAsync);
        return command;
    }

    /// <summary>Pushes an image.</summary>
    public static async Task<ImageReference> PushAsync(
        CliEnvironment environment,
        ContentStore store,
        Descriptor manifest,
        ImageReference destination,
        bool insecure,
        IProgress<BuildProgress> display,
        CancellationToken cancellationToken)
    {
        using var client = Registries.CreateClient(environment, destination.Registry, insecure, pushing: true);
        var push = new ImagePush(client, store);
        var request = new PushRequest(manifest, destination);
        return await push.RunAsync(request, Registries.Show(display, "push"), cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var mode = ProgressOption.Resolve(line.GetValue(_progress), _environment);
        var source = References.Parse(line.GetRequiredValue(_model));
        var destination = line.GetValue(_destination) is { } name ? References.Parse(name) : source;
        using var store = _environment.OpenStore();
        var tag = store.Tags.Find(source) ?? throw new StoreException($"The store does not have {source.Familiar}.");
        await ProgressDisplay.RunAsync(
            _environment,
            display => PushAsync(_environment, store, tag.Manifest, destination, line.GetValue(_insecure), display, cancellationToken),
            mode,
            "Pushing").ConfigureAwait(false);
        ImageReport.Write(_environment.Console.Out, destination, tag.Manifest, line.GetValue(_json));
        return ExitCode.Success;
    }
}
