using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using GGUFPacker.Build.Embedded;
using GGUFPacker.Build.Engine;
using GGUFPacker.Cli.Output;
using GGUFPacker.Oci.Registry;
using GGUFPacker.Oci.Store;
using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer build [PATH]</c>: builds a GGUFPackerfile into the local store.</summary>
internal sealed class BuildCommand
{
    private const string EpochVariable = "SOURCE_DATE_EPOCH";

    private readonly Argument<string> _path = new("PATH")
    {
        Description = "The context: the directory that ADD and COPY read.",
        DefaultValueFactory = _ => ".",
    };

    private readonly Option<string?> _file = new("--file", "-f")
    {
        Description = "The GGUFPackerfile (default: GGUFPackerfile in PATH).",
        HelpName = "FILE",
    };

    private readonly Option<string?> _target = new("--target")
    {
        Description = "The stage to build (default: the last one).",
        HelpName = "STAGE",
    };

    private readonly Option<string[]> _tags = new("--tag", "-t") { Description = "A name for the image.", HelpName = "NAME:TAG" };

    private readonly Option<string[]> _arguments = new("--build-arg")
    {
        Description = "A value for an ARG; without a value the environment's.",
        HelpName = "NAME[=VALUE]",
    };

    private readonly Option<string[]> _labels = new("--label") { Description = "A label of the image.", HelpName = "NAME=VALUE" };

    private readonly Option<string[]> _contexts = new("--build-context")
    {
        Description = "What FROM NAME and --from=NAME mean: a directory, oci-layout://PATH or docker-image://IMAGE.",
        HelpName = "NAME=SOURCE",
    };

    private readonly Option<string[]> _platforms = new("--platform")
    {
        Description = "The platforms to build for; several make an index (default: linux/amd64).",
        HelpName = "OS/ARCH[,…]",
    };

    private readonly Option<bool> _check = new("--check") { Description = "Check the file and build nothing; short for --call=check." };

    private readonly Option<string> _call = new("--call")
    {
        Description = "What to do: build, check, outline (the target's arguments) or targets; with ,format=json for programs.",
        HelpName = "METHOD",
        DefaultValueFactory = _ => "build",
    };

    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Run every step again." };

    private readonly Option<string[]> _noCacheFilter = new("--no-cache-filter")
    {
        Description = "Run the steps of these stages again.",
        HelpName = "STAGE[,…]",
    };

    private readonly Option<string[]> _cacheFrom = new("--cache-from")
    {
        Description = "Take results of steps from a cache: NAME:TAG, type=registry,ref=NAME:TAG or type=local,src=DIRECTORY.",
        HelpName = "CACHE",
    };

    private readonly Option<string[]> _cacheTo = new("--cache-to")
    {
        Description = "Put results of steps into a cache: NAME:TAG, type=registry,ref=NAME:TAG or type=local,dest=DIRECTORY; with mode=max, ignore-error=true.",
        HelpName = "CACHE",
    };

    private readonly Option<string?> _progress = ProgressOption.Create();

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads for CONVERT and QUANTIZE (default: one per core).",
        HelpName = "N",
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Also write an OCI layout: a directory, a .tar, or type=oci,dest=PATH.",
        HelpName = "PATH",
    };

    private readonly Option<bool> _pull = new("--pull") { Description = "Ask the registries for base images even if the store has their tags." };
    private readonly Option<bool> _push = new("--push") { Description = "Send the image to the registries of its names." };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow plain HTTP and unknown certificates." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly CliEnvironment _environment;

    private BuildCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var build = new BuildCommand(environment);
        var command = new Command("build", "Builds a GGUFPackerfile into an image of the local store.")
        {
            build._path, build._file, build._target, build._tags, build._arguments, build._labels, build._contexts,
            build._platforms, build._check, build._call, build._noCache, build._noCacheFilter, build._cacheFrom, build._cacheTo,
            build._progress, build._threads, build._output, build._pull, build._push, build._insecure, build._json,
        };
        command.SetAction(build.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var mode = ProgressOption.Resolve(line.GetValue(_progress), _environment);
        var request = CreateRequest(line);
        var call = line.GetValue(_check) ? "check" : line.GetValue(_call)!;
        var other = PackerfileCall.Parse(call, line.GetValue(_json));
        var contexts = NameValues.Parse("--build-context", line.GetValue(_contexts));
        var output = line.GetValue(_output) is { } path ? LayoutOutput.Parse(path, _environment) : null;
        using var store = _environment.OpenStore();
        request = await ContextSources.AddAsync(request, contexts, _environment, store, cancellationToken).ConfigureAwait(false);
        if (other is not null)
        {
            return await other.RunAsync(_environment, request, store, line.GetValue(_insecure), mode, cancellationToken).ConfigureAwait(false);
        }

        var named = line.GetValue(_push)
            ? request.Targets.SelectMany(target => target.References).Select(reference => References.Parse(reference).Registry).Distinct()
            : [];
        using var registries = Registries.CreateClient(_environment, [.. named], line.GetValue(_insecure), pushing: false);
        var began = _environment.Time.GetTimestamp();
        BuildResult? built = null;
        BuildResult result;
        try
        {
            result = await ProgressDisplay.RunAsync(
                _environment,
                async display =>
                {
                    built = await NewEngine(store, registries).BuildAsync(request, display, cancellationToken).ConfigureAwait(false);
                    await (output?.WriteAsync(store, registries, built, cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
                    await (line.GetValue(_push) ? PushAsync(store, built, line.GetValue(_insecure), display, cancellationToken) : Task.CompletedTask).ConfigureAwait(false);
                    return built;
                },
                mode,
                "Building").ConfigureAwait(false);
        }
        finally
        {
            WriteDiagnostics(built, mode);
        }

        if (mode is not (ProgressMode.Quiet or ProgressMode.RawJson))
        {
            BuildReport.WriteSummary(_environment.Console.Error, result, _environment.Time.GetElapsedTime(began));
        }

        if (line.GetValue(_json))
        {
            BuildReport.WriteJson(_environment.Console.Out, result);
        }
        else
        {
            BuildReport.WriteText(_environment.Console.Out, result);
        }

        return ExitCode.Success;
    }

    private void WriteDiagnostics(BuildResult? result, ProgressMode mode)
    {
        foreach (var diagnostic in result?.Diagnostics ?? [])
        {
            if (mode == ProgressMode.RawJson)
            {
                JsonProgress.WriteWarning(_environment.Console.Error, diagnostic);
            }
            else if (mode != ProgressMode.Quiet || diagnostic.Severity != DiagnosticSeverity.Information)
            {
                DiagnosticReport.Write(_environment.Console.Error, diagnostic);
            }
        }
    }

    private async Task PushAsync(ContentStore store, BuildResult result, bool insecure, IProgress<BuildProgress> display, CancellationToken cancellationToken)
    {
        foreach (var image in result.Images)
        {
            foreach (var reference in image.Target.References)
            {
                var destination = References.Parse(reference);
                await PushCommand.PushAsync(_environment, store, image.Manifest, destination, insecure, display, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private BuildRequest CreateRequest(ParseResult line)
    {
        var context = _environment.FullPath(line.GetRequiredValue(_path));
        if (!Directory.Exists(context))
        {
            throw new UsageException($"The context '{context}' is no directory.");
        }

        var arguments = NameValues.Parse("--build-arg", line.GetValue(_arguments), _environment.Variable);
        if (line.GetValue(_push) && line.GetValue(_tags) is not { Length: > 0 })
        {
            throw new UsageException("--push needs a name to push to: --tag NAME:TAG.");
        }

        return new BuildRequest
        {
            PackerfilePath = line.GetValue(_file) is { } file ? _environment.FullPath(file) : PackerfileLocator.Find(context),
            ContextDirectory = context,
            Platforms = [.. (line.GetValue(_platforms) ?? []).SelectMany(text => text.Split(',')).Select(Platforms.Parse).Distinct()],
            BuildArguments = arguments,
            Labels = NameValues.Parse("--label", line.GetValue(_labels)),
            Targets = [new BuildTarget
            {
                Stage = line.GetValue(_target),
                References = [.. (line.GetValue(_tags) ?? []).Select(tag => References.Parse(tag).ToString())],
            }],
            SourceDateEpoch = arguments.ContainsKey(EpochVariable) ? null : SourceDateEpoch(),
            NoCache = line.GetValue(_noCache),
            Pull = line.GetValue(_pull),
            NoCacheStages = [.. (line.GetValue(_noCacheFilter) ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries)).Where(name => name.Length > 0)],
            CacheFrom = [.. (line.GetValue(_cacheFrom) ?? []).Select(text => ParseCache("--cache-from", text, CacheLocation.ParseSource))],
            CacheTo = [.. (line.GetValue(_cacheTo) ?? []).Select(text => ParseCache("--cache-to", text, CacheLocation.ParseDestination))],
            Threads = line.GetValue(_threads) is >= 0 and var threads ? threads : throw new UsageException("--threads must be 0 or more."),
        };
    }

    private CacheLocation ParseCache(string option, string text, Func<string, string, CacheLocation> parse)
    {
        try
        {
            return parse(text, _environment.CurrentDirectory);
        }
        catch (FormatException error)
        {
            throw new UsageException($"{option} {text}: {error.Message}");
        }
    }

    // As reproducible-builds.org has it, and as buildx reads it.
    private DateTimeOffset? SourceDateEpoch()
    {
        if (_environment.Variable(EpochVariable) is not { Length: > 0 } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new UsageException($"{EpochVariable} is '{text}'; it must be seconds since 1970.");
    }

    private EmbeddedBuildEngine NewEngine(ContentStore store, RegistryClient registries) =>
        new(store, new BuildEnvironment { Variable = _environment.Variable, Home = _environment.Home, Registries = registries });
}
