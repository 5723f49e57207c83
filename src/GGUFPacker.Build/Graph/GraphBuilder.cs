using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Build.Engine;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Graph;

/// <summary>
/// Turns a document into the graph of the requested stages. Only the stages they need are looked at, each once; every fault found on the way is collected.
/// </summary>
public sealed class GraphBuilder
{
    private readonly PackerfileDocument _document;
    private readonly BuildRequest _request;
    private readonly DiagnosticBag _diagnostics = new();
    private readonly Dictionary<int, DispatchedStage> _stages = [];
    private readonly WordExpander _expander;
    private BuildVariables _globals;

    private GraphBuilder(PackerfileDocument document, BuildRequest request)
    {
        _document = document;
        _request = request;
        _expander = new WordExpander(document.Escape);
        _globals = BuildVariables.ForPlatform(request.BuildArguments);
    }

    /// <summary>Builds the graph.</summary>
    /// <param name="document">The parsed file.</param>
    /// <param name="request">Targets, arguments and the names of contexts.</param>
    /// <param name="warnings">What the file warns about.</param>
    /// <exception cref="BuildException">The file is faulty; every error found is in it.</exception>
    public static BuildGraph Build(PackerfileDocument document, BuildRequest request, out ImmutableArray<Diagnostic> warnings)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(request);
        var builder = new GraphBuilder(document, request);
        builder._diagnostics.AddRange(document.Diagnostics);
        builder._diagnostics.ThrowIfErrors();
        var graph = builder.Build();
        builder._diagnostics.ThrowIfErrors();
        warnings = builder._diagnostics.Warnings;
        return graph;
    }

    private BuildGraph Build()
    {
        foreach (var instruction in _document.GlobalArguments)
        {
            _globals = _globals.Declare(instruction, _expander, _diagnostics);
        }

        var targets = _request.Targets.IsEmpty ? [new BuildTarget()] : _request.Targets;
        var stages = targets.Select(FindTarget).OfType<Stage>().Select(Dispatch).Select(stage => stage.Result).ToImmutableArray();
        WarnOfUnusedArguments();
        return new BuildGraph(stages);
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
            _diagnostics.Error(GraphDiagnosticCodes.UnknownTarget, SourceSpan.File(_document.Path), $"There is no stage '{target.Stage}'; the file has {names}.");
        }

        return stage;
    }

    /// <summary>The last stage before number <paramref name="before"/> with this name, in any case, or with this number.</summary>
    private Stage? FindStage(string name, int before)
    {
        var byName = _document.Stages.Take(before).LastOrDefault(stage => string.Equals(stage.Name, name, StringComparison.OrdinalIgnoreCase));
        return byName ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < before ? _document.Stages[index] : null);
    }

    private DispatchedStage Dispatch(Stage stage)
    {
        if (!_stages.TryGetValue(stage.Index, out var dispatched))
        {
            dispatched = new StageDispatcher(_document, stage, _expander, _diagnostics, _globals, ResolveBase, name => ResolveFrom(name, stage)).Dispatch();
            _stages.Add(stage.Index, dispatched);
        }

        return dispatched;
    }

    /// <summary>The stage that a FROM continues; null for scratch and for what cannot be had, which is then a diagnostic.</summary>
    private DispatchedStage? ResolveBase(string name, Stage stage)
    {
        if (name == "scratch")
        {
            return null;
        }

        if (_request.NamedContexts.ContainsKey(name))
        {
            _diagnostics.NotYet(stage.From.Span, $"FROM {name}: a named context as the base of a stage");
            return null;
        }

        if (FindStage(name, stage.Index) is { } earlier)
        {
            return Dispatch(earlier);
        }

        _diagnostics.NotYet(stage.From.Span, $"FROM {name}: there is no earlier stage of that name, and a base image");
        return null;
    }

    /// <summary>What --from means to an instruction of a stage; null if it means nothing, which is then a diagnostic.</summary>
    private GraphNode? ResolveFrom(FromReference reference, Stage stage)
    {
        if (_request.NamedContexts.ContainsKey(reference.Name) || reference.Name == ContextNode.BuildContext)
        {
            return new ContextNode { Name = reference.Name, Span = reference.Span, Context = reference.Name };
        }

        if (FindStage(reference.Name, stage.Index) is { } earlier)
        {
            return Dispatch(earlier).Result.Root;
        }

        if (FindStage(reference.Name, _document.Stages.Length) is { } later)
        {
            _diagnostics.Error(GraphDiagnosticCodes.UnknownStage, reference.Span, $"--from={reference.Name}: that stage is defined in line {later.From.Span.StartLine}; only earlier stages can be read.");
        }
        else
        {
            _diagnostics.NotYet(reference.Span, $"--from={reference.Name}: there is no earlier stage or context of that name, and reading an image");
        }

        return null;
    }

    private void WarnOfUnusedArguments()
    {
        var declared = _document.GlobalArguments.Concat(_document.Stages.SelectMany(stage => stage.Instructions).OfType<Packerfile.Instructions.ArgInstruction>())
            .SelectMany(instruction => instruction.Arguments).Select(argument => argument.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _request.BuildArguments.Keys.Where(name => !declared.Contains(name) && !BuildVariables.IsPredefined(name)).Order(StringComparer.Ordinal))
        {
            _diagnostics.Warning(GraphDiagnosticCodes.UnusedBuildArgument, SourceSpan.File(_document.Path), $"The build argument '{name}' is given, but no ARG declares it.");
        }
    }
}
