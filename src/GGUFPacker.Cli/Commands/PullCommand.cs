using System.CommandLine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Registry;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer pull MODEL</c>: fetches a model into the local store.</summary>
internal sealed class PullCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The image's name." };
    private readonly Option<bool> _force = new("--force") { Description = "Ask the registry even if the store has the name." };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow plain HTTP and unknown certificates." };
    private readonly Option<string?> _platform = new("--platform") { Description = "The platform of an image that has several.", HelpName = "OS/ARCH" };
    private readonly Option<string?> _progress = ProgressOption.Create();
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly CliEnvironment _environment;

    private PullCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var pull = new PullCommand(environment);
        var command = new Command("pull", "Fetches a model from a registry into the local store.")
        {
            pull._model, pull._force, pull._insecure, pull._platform, pull._progress, pull._json,
        };
        command.SetAction(pull.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var mode = ProgressOption.Resolve(line.GetValue(_progress), _environment);
        var source = References.Parse(line.GetRequiredValue(_model));
        var platform = Platforms.Parse(line.GetValue(_platform));
        using var store = _environment.OpenStore();
        if (!line.GetValue(_force) && store.Tags.Find(source) is { } tag)
        {
            using var client = Registries.CreateClient(_environment, source.Registry, line.GetValue(_insecure), pushing: false);
            await ModelImages.CompleteAsync(_environment, new ImagePull(client, store), tag.Manifest.Digest, mode, cancellationToken).ConfigureAwait(false);
            _environment.Console.Note($"{source.Familiar} is in the store; --force asks the registry again.");
            ImageReport.Write(_environment.Console.Out, source, tag.Manifest, line.GetValue(_json));
            return ExitCode.Success;
        }

        var request = new PullRequest(source) { Platform = platform };
        var manifest = await ModelImages.PullAsync(_environment, store, request, line.GetValue(_insecure), mode, cancellationToken).ConfigureAwait(false);
        ImageReport.Write(_environment.Console.Out, source, manifest, line.GetValue(_json));
        return ExitCode.Success;
    }
}
