using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Build.Engine;
using GGUFPacker.Oci.Content;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Linting;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Graph;

/// <summary>
/// Turns a document into the graph of the requested stages. Only the stages they need are looked at, each once; every fault found on the way is collected.
/// </summary>
public sealed class GraphBuilder
{
    private readonly PackerfileDocument _document;
    private readonly BuildRequest _request;
    private readonly PlatformArguments _platform;
    private readonly BaseImageFinder _images;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly LintReporter _lint;
    private readonly Dictionary<int, DispatchedStage> _stages = [];
    private readonly WordExpander _expander;
    private BuildVariables _globals;

    private GraphBuilder(PackerfileDocument document, BuildRequest request, PlatformArguments platform, ImageResolver images)
    {
        (_document, _request, _platform) = (document, request, platform);
        _expander = new WordExpander(document.Escape);
        _globals = BuildVariables.Create(request.BuildArguments, platform);
        _lint = LintSetup.CreateReporter(document, request, _diagnostics);
        _images = new BaseImageFinder(images, Platform.Parse(platform.TargetPlatform), _diagnostics, _lint);
    }

    /// <summary>Builds the graph.</summary>
    /// <param name="document">The parsed file.</param>
    /// <param name="request">Targets, arguments and the names of contexts.</param>
    /// <param name="warnings">What the file warns about.</param>
    /// <param name="images">Finds images; null if none are to be had.</param>
    /// <param name="platform">The platforms that build and that are built for.</param>
    /// <exception cref="BuildException">The file is faulty; every error found is in it, and the warnings too.</exception>
    public static BuildGraph Build(
        PackerfileDocument document,
        BuildRequest request,
        out ImmutableArray<Diagnostic> warnings,
        ImageResolver? images = null,
        PlatformArguments? platform = null)
    {
        var graph = Check(document, request, allStages: false, images, platform, out var diagnostics);
        warnings = [.. diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning)];
        return warnings.Length == diagnostics.Length ? graph : throw new BuildException(diagnostics);
    }

    /// <summary>Builds the graph as far as it can be built, and tells all that is wrong with the file.</summary>
    internal static BuildGraph Check(
        PackerfileDocument document,
        BuildRequest request,
        bool allStages,
        ImageResolver? images,
        PlatformArguments? platform,
        out ImmutableArray<Diagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(request);
        var builder = new GraphBuilder(document, request, PlatformOf(document, request, platform), images ?? ((_, _) => null));
        builder._diagnostics.AddRange(document.Diagnostics.Where(diagnostic => diagnostic.Rule is null));
        var graph = document.HasErrors ? builder.BuildFaulty() : builder.Build(allStages);
        var stages = allStages || document.HasErrors ? null : builder._stages.Keys.ToHashSet();
        Linter.Run(document, LintSetup.CreateOptions(request, builder._platform, stages), builder._lint);
        builder._diagnostics.AddRange(builder._lint.Warnings);
        if (builder._lint.Violation(document.Path) is { } violation)
        {
            builder._diagnostics.Add(violation);
        }

        diagnostics = builder._diagnostics.All;
        return graph;
    }

    private static PlatformArguments PlatformOf(PackerfileDocument document, BuildRequest request, PlatformArguments? platform)
    {
        var name = request.Targets is [{ Stage: { } wanted }] ? wanted : document.Stages is [.., var last] ? last.Name : null;
        return (platform ?? new()) with { TargetStage = name ?? "default" };
    }

    // What could be read of a faulty file is looked at too, so that one run tells all; but not what may follow from what could not.
    private BuildGraph BuildFaulty()
    {
        var builder = new GraphBuilder(
            _document with { Diagnostics = [] }, _request, _platform, (reference, platform) => new(reference, default, new() { Platform = platform }));
        builder.Build(allStages: true);
        _diagnostics.AddRange(builder._diagnostics.All.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error
            && (diagnostic.Code is GraphDiagnosticCodes.UnknownType or GraphDiagnosticCodes.InvalidMode or GraphDiagnosticCodes.RemoteSource
                || (diagnostic.Code.StartsWith("GGUF00", StringComparison.Ordinal) && diagnostic.Code is not (DiagnosticCodes.InvalidFrom or DiagnosticCodes.InvalidCheck)))));
        return new BuildGraph([]);
    }

    private BuildGraph Build(bool allStages)
    {
        foreach (var instruction in _document.GlobalArguments)
        {
            _globals = _globals.Declare(instruction, _expander, fault => _diagnostics.Add(fault.ToDiagnostic(instruction.Span)));
        }

        var targets = _request.Targets.IsEmpty ? [new BuildTarget()] : _request.Targets;
        foreach (var stage in allStages ? _document.Stages : [])
        {
            Dispatch(stage);
        }

        foreach (var name in _request.NoCacheStages)
        {
            FindTarget(new BuildTarget { Stage = name });
        }

        var stages = targets.Select(FindTarget).OfType<Stage>().Select(Dispatch).Select(stage => stage.Result).ToImmutableArray();
        WarnOfUnusedArguments();
        return new BuildGraph(stages) { Stages = [.. _stages.OrderBy(entry => entry.Key).Select(entry => entry.Value.Result)] };
    }

    private Stage? FindTarget(BuildTarget target)
    {
        if (_document.Stages.IsEmpty)
        {
            return null;
        }

        var stage = target.Stage is null ? _document.Stages[^1] : FindStage(target.Stage, _document.Stages.Length);
        if (stage is null)
        {
            var names = string.Join(", ", _document.Stages.Select(s => s.Name ?? s.Index.ToString(CultureInfo.InvariantCulture)));
            _diagnostics.Error(
                GraphDiagnosticCodes.UnknownTarget,
                SourceSpan.File(_document.Path),
                $"There is no stage '{target.Stage}'; the file has {names}.{Hint(target.Stage!, _document.Stages)}");
        }

        return stage;
    }

    /// <summary>The last stage before number <paramref name="before"/> with this name, in any case, or with this number.</summary>
    private Stage? FindStage(string name, int before)
    {
        var byName = _document.Stages.Take(before).LastOrDefault(stage => string.Equals(stage.Name, name, StringComparison.OrdinalIgnoreCase));
        return byName
            ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < before ? _document.Stages[index] : null);
    }

    private DispatchedStage Dispatch(Stage stage)
    {
        if (!_stages.TryGetValue(stage.Index, out var dispatched))
        {
            dispatched = new StageDispatcher(
                _document, stage, _expander, _diagnostics, _globals, from => ResolveBase(from, stage), name => ResolveFrom(name, stage)).Dispatch();
            _stages.Add(stage.Index, dispatched);
        }

        return dispatched;
    }

    /// <summary>What a stage begins with; null for scratch and for what cannot be had, which is then a diagnostic.</summary>
    private StageBase? ResolveBase(FromInstruction from, Stage stage)
    {
        var name = from.BaseName;
        var platform = _images.PlatformOf(from);
        if (name == "scratch")
        {
            return null;
        }

        if (name.Length == 0)
        {
            _diagnostics.Error(
                DiagnosticCodes.InvalidFrom,
                from.Span,
                $"FROM {stage.From.BaseName} names nothing once its arguments are expanded: declare them before the first FROM, with a value.");
            return null;
        }

        if (_request.NamedContexts.ContainsKey(name))
        {
            var context = new ContextNode { Name = name, Span = from.Span, Context = name };
            return new StageBase(
                new CopyNode { Name = $"FROM {name}", Span = from.Span, Base = Scratch(from.Span), Sources = [new(context, ".")], Destination = "/" });
        }

        if (_request.NamedImages.TryGetValue(name, out var named))
        {
            return _images.Find(named, platform, from.Span, $"FROM {name} is the image {named}.") is { } given ? new StageBase(given) : null;
        }

        if (FindStage(name, stage.Index) is { } earlier)
        {
            return new StageBase(Dispatch(earlier));
        }

        return _images.Find(
            name, platform, from.Span, $"FROM {name}: there is no earlier stage of that name.{Hint(name, _document.Stages.Take(stage.Index))}") is { } image
            ? new StageBase(image)
            : null;
    }

    /// <summary>What --from means to an instruction of a stage; null if it means nothing, which is then a diagnostic.</summary>
    private GraphNode? ResolveFrom(FromReference reference, Stage stage)
    {
        var (name, span) = reference;
        if (_request.NamedContexts.ContainsKey(name) || (name == ContextNode.BuildContext && FindStage(name, stage.Index) is null))
        {
            return new ContextNode { Name = name, Span = span, Context = name };
        }

        if (_request.NamedImages.TryGetValue(name, out var named))
        {
            return _images.Find(named, _images.TargetPlatform, span, $"--from={name} is the image {named}.") is { } given
                ? new ImageNode { Name = $"FROM {name}", Span = span, Image = given }
                : null;
        }

        if (FindStage(name, stage.Index) is { } earlier)
        {
            return Dispatch(earlier).Result.Root;
        }

        if (name.Contains('$', StringComparison.Ordinal))
        {
            _diagnostics.Error(
                GraphDiagnosticCodes.UnknownStage,
                span,
                $"--from={name}: variables are not expanded in --from. Give the image a stage, FROM {name} AS source, and copy --from=source.");
        }
        else if (FindStage(name, _document.Stages.Length) is { } later)
        {
            _diagnostics.Error(GraphDiagnosticCodes.UnknownStage, span, later.Index == stage.Index
                ? $"--from={name}: that is this stage itself; leave --from out to read it."
                : $"--from={name}: that stage is defined in line {later.From.Span.StartLine}; only earlier stages can be read.");
        }
        else if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            _diagnostics.Error(
                GraphDiagnosticCodes.UnknownStage,
                span,
                $"--from={name}: there is no stage of that number; the file has {_document.Stages.Length}, counted from 0.");
        }
        else
        {
            var missing = $"--from={name}: there is no earlier stage or context of that name.{Hint(name, _document.Stages.Take(stage.Index))}";
            return _images.Find(name, _images.TargetPlatform, span, missing) is { } image
                ? new ImageNode { Name = $"FROM {name}", Span = span, Image = image }
                : null;
        }

        return null;
    }

    private void WarnOfUnusedArguments()
    {
        var declared = _document.GlobalArguments.Concat(_document.Stages.SelectMany(stage => stage.Instructions).OfType<ArgInstruction>())
            .SelectMany(instruction => instruction.Arguments).Select(argument => argument.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _request.BuildArguments.Keys.Where(name => !declared.Contains(name) && !BuildVariables.IsPredefined(name)).Order(StringComparer.Ordinal))
        {
            _diagnostics.Warning(
                GraphDiagnosticCodes.UnusedBuildArgument, SourceSpan.File(_document.Path), $"The build argument '{name}' is given, but no ARG declares it.");
        }
    }

    private static ScratchNode Scratch(SourceSpan span) => new() { Name = "FROM scratch", Span = span };

    private static string Hint(string name, IEnumerable<Stage> stages) =>
        Suggestion.Find(name, stages.Select(stage => stage.Name).OfType<string>(), ignoreCase: true) is { } known ? $" Did you mean '{known}'?" : "";
}
