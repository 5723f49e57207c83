using System.Collections.Immutable;
using System.Globalization;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Syntax;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Graph;

/// <summary>Turns the instructions of one stage into nodes, labels, history and command.</summary>
internal sealed partial class StageDispatcher(
    PackerfileDocument document,
    Stage stage,
    WordExpander expander,
    DiagnosticBag diagnostics,
    BuildVariables globals,
    Func<FromInstruction, StageBase?> resolveBase,
    Func<FromReference, GraphNode?> resolveFrom)
{
    private readonly ImmutableArray<GraphNode>.Builder _layers = ImmutableArray.CreateBuilder<GraphNode>();
    private readonly ImmutableArray<HistoryEntry>.Builder _history = ImmutableArray.CreateBuilder<HistoryEntry>();
    private BuildVariables _variables = globals;
    private ImmutableSortedDictionary<string, string> _labels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    private CommandInstruction? _command;
    private GraphNode _root = null!;
    private int _step;

    public DispatchedStage Dispatch()
    {
        var from = ExpandedFrom();
        _root = new ScratchNode { Name = "FROM scratch", Span = stage.From.Span };
        BaseImage? image = null;
        switch (from is null ? null : resolveBase(from))
        {
            case { Stage: { } parent }:
                // The global arguments begin anew in each stage, whatever the one below made of them.
                _variables = parent.Variables.With(_variables);
                _root = parent.Result.Root;
                _layers.AddRange(parent.Result.Layers);
                _history.AddRange(parent.Result.History);
                _labels = parent.Result.Labels;
                _command = parent.Result.Command;
                image = parent.Result.BaseImage;
                break;
            case { Context: { } context }:
                _root = context;
                _layers.Add(context);
                _history.Add(new(HistoryText.Layer(context.Name), EmptyLayer: false));
                break;
            case { Image: { } baseImage }:
                image = baseImage;
                _root = new ImageNode { Name = $"FROM {from!.BaseName}", Span = from.Span, Image = baseImage };
                break;
        }

        foreach (var instruction in stage.Instructions)
        {
            DispatchOne(instruction);
        }

        var result = new GraphStage
        {
            Index = stage.Index,
            Name = stage.Name,
            BaseName = (from ?? stage.From).BaseName,
            BaseImage = image,
            Root = _root,
            Layers = _layers.ToImmutable(),
            Labels = _labels,
            Command = _command,
            History = _history.ToImmutable(),
        };
        return new DispatchedStage(result, _variables);
    }

    private void DispatchOne(Instruction instruction)
    {
        if (instruction is ArgInstruction arg)
        {
            _variables = _variables.Declare(arg, expander, fault => diagnostics.Add(fault.ToDiagnostic(arg.Span)));
            _history.Add(new(HistoryText.Argument(arg, _variables.Values), EmptyLayer: true));
            return;
        }

        if (Expanded(instruction) is not { } expanded)
        {
            return;
        }

        diagnostics.AddRange(expanded.Verify());
        switch (expanded)
        {
            case LabelInstruction label:
                _labels = _labels.SetItems(label.Labels.Select(l => KeyValuePair.Create(l.Key, l.Value)));
                _history.Add(new(HistoryText.Label(label), EmptyLayer: true));
                break;
            case CmdInstruction cmd:
                _command = new CommandInstruction(cmd.Arguments, cmd.Span);
                _history.Add(new(HistoryText.Command(cmd), EmptyLayer: true));
                break;
            case AddInstruction add:
                Add(add);
                break;
            case CopyInstruction copy:
                Copy(copy);
                break;
            case CatInstruction cat:
                Push(cat, new WriteNode { Name = NameOf(cat), Span = cat.Span, Base = _root, Files = Files(cat.Heredocs), Destination = cat.Destination });
                break;
            case ConvertInstruction convert:
                Convert(convert);
                break;
            case QuantizeInstruction quantize:
                Quantize(quantize);
                break;
            default:
                diagnostics.NotYet(expanded.Span, expanded.Keyword);
                break;
        }
    }

    private void Convert(ConvertInstruction convert)
    {
        if (Source(convert.From, convert.Span) is { } from)
        {
            Push(convert, new ConvertNode
            {
                Name = NameOf(convert),
                Span = convert.Span,
                Base = _root,
                From = from,
                Source = convert.Source,
                Destination = convert.Destination,
                Type = convert.Type.ToLowerInvariant(),
                Class = convert.Class == "adapter" ? "lora" : convert.Class,
                BaseModel = string.IsNullOrEmpty(convert.Base) ? null : convert.Base,
                PreTokenizer = convert.PreTokenizer,
                ModelName = convert.ModelName,
            });
        }
    }

    private void Quantize(QuantizeInstruction quantize)
    {
        var type = QuantizeArguments.Verify(quantize, diagnostics);
        var hasImatrix = !string.IsNullOrEmpty(quantize.Imatrix);
        var from = Source(quantize.From, quantize.Span);
        var imatrixFrom = hasImatrix ? Source(quantize.ImatrixFrom, quantize.Span) : null;
        if (type is null || from is null || (hasImatrix && imatrixFrom is null))
        {
            return;
        }

        Push(quantize, new QuantizeNode
        {
            Name = NameOf(quantize),
            Span = quantize.Span,
            Base = _root,
            From = from,
            Source = quantize.Source,
            Destination = quantize.Destination,
            Imatrix = hasImatrix ? quantize.Imatrix : null,
            ImatrixFrom = imatrixFrom,
            IncludeWeights = hasImatrix ? quantize.IncludeWeights : [],
            ExcludeWeights = hasImatrix ? quantize.ExcludeWeights : [],
            TensorTypeFile = string.IsNullOrEmpty(quantize.TensorTypeFile) ? null : quantize.TensorTypeFile,
            Options = QuantizeArguments.Of(quantize),
            Type = type.Name,
        });
    }

    private void Push(Instruction instruction, GraphNode node)
    {
        _root = node;
        _layers.Add(node);
        _history.Add(new(HistoryText.Layer(Readable(instruction)), EmptyLayer: false));
    }

    private Instruction? Expanded(Instruction instruction)
    {
        try
        {
            return instruction.Expand(expander, _variables.Values);
        }
        catch (ExpansionException error)
        {
            diagnostics.Error(DiagnosticCodes.InvalidExpansion, instruction.Span, error.Message);
            return null;
        }
    }

    // FROM sees the global arguments only.
    private FromInstruction? ExpandedFrom() => Expanded(stage.From) as FromInstruction;

    private string NameOf(Instruction instruction)
    {
        var steps = stage.Instructions.Count(
            other => other is AddInstruction or CopyInstruction or CatInstruction or ConvertInstruction or QuantizeInstruction);
        var label = stage.Name ?? (document.Stages.Length > 1 ? string.Create(CultureInfo.InvariantCulture, $"stage-{stage.Index}") : null);
        var number = string.Create(CultureInfo.InvariantCulture, $"{++_step}/{steps}");
        return $"[{(label is null ? number : $"{label} {number}")}] {Readable(instruction)}";
    }

    // The instruction with its variables resolved; as written where that is not possible.
    private string Readable(Instruction instruction)
    {
        try
        {
            return expander.Expand(instruction.Text, _variables.Values);
        }
        catch (ExpansionException)
        {
            return instruction.Text;
        }
    }

    private GraphNode? Source(string? from, SourceSpan span) => from is null ? _root : resolveFrom(new(from, span));

    private static ContextNode Context(SourceSpan span) => new() { Name = ContextNode.BuildContext, Span = span, Context = ContextNode.BuildContext };

    private static ImmutableArray<(string Name, ImmutableArray<byte> Content)> Files(ImmutableArray<HeredocContent> heredocs) =>
        [.. heredocs.Select(heredoc => (heredoc.Name, SourceText.Encode(heredoc.Data).ToImmutableArray()))];
}
