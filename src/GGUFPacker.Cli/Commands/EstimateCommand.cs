using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using GGUFPacker.Cli.Estimates;
using GGUFPacker.Cli.Output;
using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;
using GGUFPacker.Estimation.Fitting;
using GGUFPacker.Estimation.Pictures;
using GGUFPacker.Estimation.Reports;

namespace GGUFPacker.Cli.Commands;

/// <summary><c>gguf-packer estimate SOURCE</c>: the memory that a model takes, without a weight of it being read.</summary>
internal sealed class EstimateCommand
{
    private readonly Argument<string> _source = new("SOURCE")
    {
        Description = "An image's name, a GGUF file, hf://ORG/REPO[@REVISION][/FILE.gguf][:QUANT], or the address of a GGUF file.",
    };

    private readonly PassedOnArgument _arguments = new("ENGINE-ARGUMENTS")
    {
        Description = "Behind --: more of llama-server's arguments, such as -ot exps=CPU.",
    };

    private readonly Option<string?> _file = new("--file") { Description = "Which file of a repository: its name, or its quantize type.", HelpName = "FILE" };
    private readonly Option<string?> _drafter = new("--model-draft", "-md")
    {
        Description = "The draft model of a SOURCE that is no image: a file, hf://… or an address.",
        HelpName = "SOURCE",
    };
    private readonly Option<string?> _projector = new("--mmproj")
    {
        Description = "The multimodal projector of a SOURCE that is no image.",
        HelpName = "SOURCE",
    };
    private readonly Option<string[]> _adapters = new("--lora", "--control-vector")
    {
        Description = "An adapter of a SOURCE that is no image.",
        HelpName = "SOURCE",
    };
    private readonly Option<string> _engine = new("--engine")
    {
        Description = "Whose defaults hold: llama-server or library (libllama).",
        HelpName = "NAME",
        DefaultValueFactory = _ => "llama-server",
    };
    private readonly Option<string> _context = new("--ctx-size", "-c")
    {
        Description = "The context, or several for a row each; -1 for CMD's, else the model's own.",
        HelpName = "N[,…]",
        DefaultValueFactory = _ => "-1",
    };
    private readonly EngineFlags _flags = new();
    private readonly Option<int> _step = new("--gpu-layers-step") { Description = "A row for every so many layers on devices.", HelpName = "N" };
    private readonly Option<string?> _devices = new("--devices")
    {
        Description = "The devices and their free memory, such as 24GiB,24GiB or metal:16GiB; none for the CPU alone, local for this machine's NVIDIA GPUs (default: one of unknown size).",
        HelpName = "[KIND:]SIZE,…",
    };
    private readonly Option<string?> _maxVram = new("--max-vram")
    {
        Description = "Fail, and say what would help, if the devices need more than this together.",
        HelpName = "SIZE",
    };
    private readonly Option<string?> _maxRam = new("--max-ram") { Description = "The same for the host.", HelpName = "SIZE" };
    private readonly Option<bool> _fit = new("--fit") { Description = "Find the largest context that fits, or the most layers; what is given stays." };
    private readonly Option<string> _footprint = new("--platform-footprint")
    {
        Description = "What the platform takes besides, RAM,VRAM in MiB.",
        HelpName = "N,N",
        DefaultValueFactory = _ => "150,250",
    };
    private readonly Option<string[]> _metrics = new("--device-metric")
    {
        Description = "FLOPS;UP[;DOWN] of the host, then of each device, such as 10TFLOPS;400GBps: bounds the speed by the bandwidth of the memory.",
        HelpName = "METRIC",
    };

    private readonly Option<bool> _short = new("--in-short") { Description = "Print the devices' columns alone." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON." };
    private readonly Option<bool> _chart = new("--chart") { Description = "Also print bars of what each device holds." };
    private readonly Option<string?> _svg = new("--svg") { Description = "Also draw the bars, and memory over context, into a file.", HelpName = "PATH" };
    private readonly Option<string?> _html = new("--html") { Description = "Also write a page with the pictures and the figures.", HelpName = "PATH" };
    private readonly Option<bool> _force = new("--force") { Description = "Ask the registry even if the store has the image." };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Allow plain HTTP and unknown certificates." };
    private readonly Option<string?> _platform = new("--platform") { Description = "The platform of an image that has several.", HelpName = "OS/ARCH" };
    private readonly CliEnvironment _environment;

    private EstimateCommand(CliEnvironment environment) => _environment = environment;

    public static Command Create(CliEnvironment environment)
    {
        var estimate = new EstimateCommand(environment);
        var command = new Command("estimate", "Estimates the memory that a model takes, from its header alone.")
        {
            estimate._source, estimate._arguments, estimate._file, estimate._drafter, estimate._projector, estimate._adapters, estimate._engine,
            estimate._context,
        };
        foreach (var option in estimate._flags.All)
        {
            command.Add(option);
        }

        foreach (var option in new Option[]
        {
            estimate._step, estimate._devices, estimate._maxVram, estimate._maxRam, estimate._fit, estimate._footprint, estimate._metrics, estimate._short,
            estimate._json,
            estimate._chart, estimate._svg, estimate._html, estimate._force, estimate._insecure, estimate._platform,
        })
        {
            command.Add(option);
        }

        command.SetAction(estimate.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult line, CancellationToken cancellationToken)
    {
        // What stands there without -- is a second source.
        if (line.GetValue(_arguments) is { Length: > 0 } && line.Tokens.All(token => token.Type != TokenType.DoubleDash))
        {
            throw new UsageException("estimate takes one SOURCE; arguments of the engine stand behind --.");
        }

        var engine = line.GetValue(_engine) switch
        {
            "llama-server" => EngineProfile.LlamaServer,
            "library" => EngineProfile.Library,
            var other => throw new UsageException($"--engine is '{other}'; there are llama-server and library."),
        };
        var contexts = Sizes.ParseContexts(line.GetValue(_context)!);
        var flags = _flags.ToArguments(line);
        var metrics = (line.GetValue(_metrics) ?? []).Select(DeviceMetric.Parse).ToArray();
        var footprint = Sizes.ParseFootprint(line.GetValue(_footprint)!);
        var limits = new MemoryLimits { DeviceBytes = SizeOf(line, _maxVram), HostBytes = SizeOf(line, _maxRam) };

        // Before anything is fetched: a wrong argument is wrong whatever an image says.
        string[] given = [.. flags, .. line.GetValue(_arguments) ?? []];
        _ = Apply(EngineArguments.Of(engine), given);

        var source = await ReadAsync(line, cancellationToken).ConfigureAwait(false);
        var arguments = Apply(EngineArguments.Of(engine).Apply(source.Arguments), given);
        RequireBatch(arguments.Options);
        var (devices, host) = await DevicesAsync(line, cancellationToken).ConfigureAwait(false);
        var setup = CacheTypes.Choose(
            _environment.Console,
            new EngineSetup(source.Models, arguments, DeviceList.Create(devices, limits.HostBytes ?? host, arguments, metrics), footprint));
        var rows = new EstimateRows
        {
            Contexts = contexts,
            LayerStep = line.GetValue(_step) is >= 0 and var step ? step : throw new UsageException("--gpu-layers-step must be 0 or more."),
            Fits = line.GetValue(_fit),
            HasLayers = _flags.SaysLayers(line),
            Limits = limits,
        };
        if (rows.Fits && !limits.HasAny(setup.Devices))
        {
            throw new UsageException("--fit needs to know what fits: --devices with sizes, --max-vram or --max-ram.");
        }

        var estimates = rows.Create(setup);
        if (estimates.IsEmpty)
        {
            LimitReport.WriteNothingFits(_environment.Console, source.Name, setup, limits);
            return ExitCode.Failure;
        }

        var document = EstimateDocument.Create(source.Name, source.Models.Model, estimates);
        Write(line, document, setup);
        var isRefused = limits.DeviceBytes is not null || limits.HostBytes is not null;
        return LimitReport.Write(_environment.Console, document, setup, limits) || !isRefused ? ExitCode.Success : ExitCode.Failure;
    }

    private static EngineArguments Apply(EngineArguments arguments, IReadOnlyList<string> more)
    {
        try
        {
            return arguments.Apply(more);
        }
        catch (EstimateException error)
        {
            throw new UsageException(error.Message);
        }
    }

    private static void RequireBatch(EstimateOptions options)
    {
        if (options.MicroBatchSize > options.BatchSize)
        {
            throw new UsageException("--ubatch-size must be less than or equal to --batch-size.");
        }
    }

    // "local" is this machine: what its GPUs and its memory have free now.
    private async Task<(string? Devices, long HostBytes)> DevicesAsync(ParseResult line, CancellationToken cancellationToken)
    {
        if (line.GetValue(_devices) is not "local" and var devices)
        {
            return (devices, 0);
        }

        var machine = await _environment.Machine(_environment, cancellationToken).ConfigureAwait(false);
        return (
            machine.Gpus.IsEmpty ? "none" : string.Join(',', machine.Gpus.Select(bytes => bytes.ToString(CultureInfo.InvariantCulture))), machine.Available);
    }

    private static long? SizeOf(ParseResult line, Option<string?> option) => line.GetValue(option) is { } text ? Sizes.Parse(option.Name, text) : null;

    private async Task<SourceModels> ReadAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var source = line.GetRequiredValue(_source);
        using var files = new FileModels(_environment);
        if (!files.IsFile(source))
        {
            if (line.GetValue(_drafter) is not null || line.GetValue(_projector) is not null || line.GetValue(_adapters) is { Length: > 0 })
            {
                throw new UsageException("--model-draft, --mmproj and --lora are for a SOURCE that is no image: an image's CMD names its files.");
            }

            return await ImageModels.ReadAsync(
                _environment,
                References.Parse(source),
                line.GetValue(_force),
                line.GetValue(_insecure),
                Platforms.Parse(line.GetValue(_platform)),
                cancellationToken).ConfigureAwait(false);
        }

        var (name, header) = await files.ReadAsync(source, line.GetValue(_file), cancellationToken).ConfigureAwait(false);
        var type = header.Metadata.GetString("general.type");
        if (type is "adapter" or "mmproj" or "imatrix" || header.Metadata.GetString("general.architecture") is "clip" or "controlvector")
        {
            throw new UsageException($"{name} is no model but a file beside one ({type ?? "projector"}): name the model, and this with --mmproj or --lora.");
        }

        var models = new EngineModels(header)
        {
            Drafter = await OtherAsync(line.GetValue(_drafter)).ConfigureAwait(false),
            Projector = await OtherAsync(line.GetValue(_projector)).ConfigureAwait(false),
        };
        foreach (var adapter in line.GetValue(_adapters) ?? [])
        {
            models = models with { Adapters = models.Adapters.Add((await OtherAsync(adapter).ConfigureAwait(false))!) };
        }

        return new SourceModels(name, models, []);

        async Task<ModelHeader?> OtherAsync(string? other) =>
            other is null ? null : (await files.ReadAsync(other, null, cancellationToken).ConfigureAwait(false)).Header;
    }

    private void Write(ParseResult line, EstimateDocument document, EngineSetup setup)
    {
        var output = _environment.Console.Out;
        if (line.GetValue(_json))
        {
            JsonText.Write(output, writer => EstimateJson.Write(writer, document));
        }
        else
        {
            EstimateTable.Write(output, document, line.GetValue(_short));
            if (line.GetValue(_chart))
            {
                EstimateChart.Write(output, document.Rows[^1].Estimate);
            }
        }

        var (svg, html) = (line.GetValue(_svg), line.GetValue(_html));
        if (svg is not null || html is not null)
        {
            var curve = ContextCurve.Create(setup with { Arguments = document.Rows[^1].Estimate.Arguments });
            WriteFile(svg, () => MemoryPicture.Draw(document, curve));
            WriteFile(html, () => EstimatePage.Write(document, curve));
        }
    }

    private void WriteFile(string? name, Func<string> write)
    {
        if (name is not null)
        {
            var path = _environment.FullPath(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, write());
        }
    }
}
