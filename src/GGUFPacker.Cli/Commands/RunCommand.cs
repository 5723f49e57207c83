using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using GGUFPacker.Build.Images;
using GGUFPacker.Cli.Estimates;
using GGUFPacker.Cli.Output;
using GGUFPacker.Cli.Running;
using GGUFPacker.Cli.Verifying;
using GGUFPacker.Gguf.Format;
using GGUFPacker.Oci.Content;
using GGUFPacker.Oci.Layers;
using GGUFPacker.Oci.References;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer run MODEL [-- ARG…]</c>: runs a model by a program of this machine or by a container.</summary>
internal sealed class RunCommand
{
    private readonly Argument<string> _model = new("MODEL")
    {
        Description = "The image's name. It is pulled if the store does not have it and it fits into the memory.",
    };
    private readonly PassedOnArgument _arguments = new("ARG") { Description = "Arguments for the server, behind --." };

    private readonly Option<string?> _by = new("--by")
    {
        Description = "What runs it: a program, or an image with registry and tag, which Docker runs. "
            + "Default: llama-server, llama-box or llama if it is on the PATH, else Docker with llama.cpp's server.",
        HelpName = "IMAGE|PROGRAM",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print the command line; pull and run nothing." };
    private readonly Option<Shell?> _shell = new("--shell")
    {
        Description = "Whose quotes --dry-run writes (default: powershell on Windows, else sh).",
        HelpName = "sh|powershell|cmd",
    };
    private readonly Option<string?> _port = new("--port")
    {
        Description = "Where it listens (default: the model's own port, or 8080).",
        HelpName = "[HOST:]PORT",
    };
    private readonly Option<string[]> _environmentVariables = new("--env", "-e")
    {
        Description = "An environment variable for the server; without a value it is passed on. May be repeated.",
        HelpName = "NAME[=VALUE]",
    };
    private readonly Option<bool> _detach = new("--detach", "-d") { Description = "Let it run on in the background, and end when the model is ready." };
    private readonly Option<string> _gpus = new("--gpus")
    {
        Description = "The GPUs of a container: auto, none, all, a number, or device=….",
        HelpName = "GPUS",
        DefaultValueFactory = _ => GpuChoice.Auto,
    };
    private readonly Option<string?> _name = new("--name") { Description = "The container's name.", HelpName = "NAME" };
    private readonly Option<string[]> _dockerArguments = new("--docker-arg")
    {
        Description = "An option for docker run as it is: --docker-arg=--device=/dev/dri. May be repeated.",
        HelpName = "ARG",
    };
    private readonly Option<bool> _asIs = new("--as-is")
    {
        Description = "Pass the image's arguments as they are. Otherwise flags that llama-server has renamed are written as it takes them today.",
    };
    private readonly Option<bool> _force = new("--force") { Description = "Start a model that by the estimate does not fit into the memory." };
    private readonly Option<string?> _progress = ProgressOption.Create();
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow plain HTTP and unknown certificates." };
    private readonly CliEnvironment _environment;

    private RunCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var run = new RunCommand(environment);
        var command = new Command("run", "Runs a model: by llama-server or another program of this machine, or in a container.")
        {
            run._model, run._arguments, run._by, run._dryRun, run._shell, run._port, run._environmentVariables, run._detach, run._gpus, run._name,
            run._dockerArguments,
            run._asIs, run._force, run._progress, run._insecure,
        };
        command.SetAction(run.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var options = ReadOptions(line);
        var mode = ProgressOption.Resolve(line.GetValue(_progress), _environment);
        var reference = ParseModel(line.GetRequiredValue(_model));
        RunPlan plan;
        using (var store = _environment.OpenStore())
        using (var client = Registries.CreateClient(_environment, reference.Registry, line.GetValue(_insecure), pushing: false))
        {
            var model = await FoundModel.FindAsync(store, client, reference, Platform.Host, cancellationToken).ConfigureAwait(false);
            var gpus = new Lazy<Task<string?>>(() => GpuChoice.ResolveAsync(options.Gpus, _environment, cancellationToken));
            var engine = await Engine.ChooseAsync(
                line.GetValue(_by), async () => await gpus.Value.ConfigureAwait(false) is not null, _environment).ConfigureAwait(false);
            var command = Renew(model.Config.Command, engine, options, line.GetValue(_asIs));
            if (line.GetValue(_dryRun))
            {
                var named = await ListAsync(store, client, model, cancellationToken).ConfigureAwait(false);
                if (named is null)
                {
                    await ModelImages.BringAsync(_environment, store, client, model, mode, cancellationToken).ConfigureAwait(false);
                }

                plan = await PlanAsync(named ?? Place(store, model, cancellationToken)).ConfigureAwait(false);
                _environment.Console.Out.WriteLine(CommandText.Of(plan, line.GetValue(_shell) ?? (OperatingSystem.IsWindows() ? Shell.PowerShell : Shell.Sh)));
                return ExitCode.Success;
            }

            // Whatever forbids that it starts is found before gigabytes are fetched for it.
            ModelRun.FindProgram(_environment, engine);
            var usesGpus = engine.IsContainer ? await gpus.Value.ConfigureAwait(false) is not null : options.Gpus != GpuChoice.None;
            if (!line.GetValue(_force) && !await FitsAsync(model, command, engine, options, usesGpus, cancellationToken).ConfigureAwait(false))
            {
                return ExitCode.Failure;
            }

            await ModelImages.BringAsync(_environment, store, client, model, mode, cancellationToken).ConfigureAwait(false);
            plan = await PlanAsync(Place(store, model, cancellationToken)).ConfigureAwait(false);

            async Task<RunPlan> PlanAsync(ModelTree tree) => engine.IsContainer
                ? ContainerPlan.Create(engine.Image, command, tree, await gpus.Value.ConfigureAwait(false), options)
                : BinaryPlan.Create(engine.Program, command, tree, options, _environment.Variable, Warn);
        }

        var run = new ModelRun(reference.Familiar, _environment);
        return options.IsDetached
            ? await run.DetachAsync(plan, LogPath(options.Name), cancellationToken).ConfigureAwait(false)
            : await run.RunAsync(plan, cancellationToken).ConfigureAwait(false);
    }

    // Where the files are, or will be: for a line to look at nothing is fetched. Null if to know what the image holds costs as much as to have it.
    private async Task<ModelTree?> ListAsync(ContentStore store, RegistryClient client, FoundModel model, CancellationToken cancellationToken)
    {
        if (await model.Files.Value.TryListAsync(cancellationToken).ConfigureAwait(false) is not { } files)
        {
            return null;
        }

        if (model.IsStored && new ImagePull(client, store).IsComplete(model.Manifest.Digest))
        {
            return Place(store, model, cancellationToken);
        }

        var name = model.Reference.Familiar;
        _environment.Console.Note($"gguf-packer: not all of {name} is in the store, and a dry run pulls nothing. The line's files will be there after 'gguf-packer pull {name}' and another dry run.");
        return Require(model, new ModelTree(store.Trees.PathOf(model.Manifest.Digest), files));
    }

    private static ModelTree Place(ContentStore store, FoundModel model, CancellationToken cancellationToken)
    {
        var image = new ImageContent(store, model.Manifest.Digest);
        return Require(model, new ModelTree(store.Trees.PathOf(image.Digest), image.Files())) with { Directory = store.Trees.Place(image, cancellationToken) };
    }

    private static ModelTree Require(FoundModel model, ModelTree tree) =>
        model.Config.Command.Files.FirstOrDefault(file => tree.Find(file.Value) is null) is { } missing
            ? throw new ContentException($"CMD names {missing.Value}, but the image has no such file.")
            : tree;

    // A daemon elsewhere has another machine's memory.
    private async Task<bool> FitsAsync(
        FoundModel model, ModelCommand command, Engine engine, RunOptions options, bool usesGpus, CancellationToken cancellationToken)
    {
        if (engine.IsContainer && _environment.Variable("DOCKER_HOST") is { Length: > 0 } host
            && !host.StartsWith("unix:", StringComparison.Ordinal) && !host.StartsWith("npipe:", StringComparison.Ordinal))
        {
            return true;
        }

        SourceModels source;
        try
        {
            source = await ImageModels.ReadAsync(model, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GgufException or ContentException or LayerException or StoreException or RegistryException)
        {
            // What cannot be estimated may still run.
            Warn($"the memory of {model.Reference.Familiar} is not estimated: {error.Message}");
            return true;
        }

        return await new FitCheck(_environment)
            .RunAsync(source, new ServerArguments([.. command.Arguments, .. options.ServerArguments]), usesGpus, cancellationToken)
            .ConfigureAwait(false);
    }

    // Programs of other makes and ages have flags of their own: nothing is known of them.
    private ModelCommand Renew(ModelCommand command, Engine engine, RunOptions options, bool asIs)
    {
        if (!engine.IsLlamaServer)
        {
            return command;
        }

        var renewed = asIs ? command : new ModelCommand(ArgumentRenewal.Renew(command.Arguments));
        foreach (var finding in FlagCheck.Check([.. renewed.Arguments, .. options.ServerArguments]))
        {
            Warn($"{finding.Message} {finding.Advice}");
        }

        return renewed;
    }

    private RunOptions ReadOptions(ParseResult line)
    {
        var (host, port) = ParseAddress(line.GetValue(_port));
        var variables = NameValues.Parse("--env", line.GetValue(_environmentVariables), _environment.Variable);
        return new RunOptions
        {
            Host = host,
            Port = port,
            Gpus = line.GetRequiredValue(_gpus),
            Name = line.GetValue(_name) ?? $"gguf-packer-{Guid.NewGuid().ToString("n")[..8]}",
            Environment = variables.ToImmutableSortedDictionary(StringComparer.Ordinal),
            IsDetached = line.GetValue(_detach),

            // The line that --dry-run prints is for a terminal.
            IsInteractive = _environment.IsInteractive || line.GetValue(_dryRun),
            DockerArguments = [.. line.GetValue(_dockerArguments) ?? []],
            ServerArguments = [.. line.GetValue(_arguments) ?? []],
        };
    }

    private static ImageReference ParseModel(string text) =>
        References.IsFileName(text)
            ? throw new UsageException(
                $"'{text}' is a file's name, and run takes an image: its arguments say how a model starts. Pack the file with a GGUFPackerfile (FROM scratch, ADD, CMD) and gguf-packer build, or give it to llama-server -m.")
            : References.Parse(text);

    private static (string? Host, int? Port) ParseAddress(string? text)
    {
        if (text is null)
        {
            return (null, null);
        }

        var colon = text.LastIndexOf(':');
        return (colon > 0 ? text[..colon].Trim('[', ']') : null, ServerArguments.ParsePort(text[(colon + 1)..]));
    }

    private string LogPath(string name) => Path.Combine(_environment.StoreRoot, "temp", Path.GetFileName(name) + ".log");

    private void Warn(string message) => _environment.Console.Note($"gguf-packer: warning: {message}");
}
