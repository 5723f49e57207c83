using System.Globalization;
using GGUFPacker.Build.Engine;
using GGUFPacker.Packerfile;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Build.Checks;

/// <summary>
/// Finds the arguments that a target uses: those its stages declare, those their FROM name, and those that the values of these name in turn. An argument that a
/// stage takes over from before the first FROM counts as that one.
/// </summary>
public sealed class OutlineBuilder
{
    private readonly PackerfileDocument _document;
    private readonly WordExpander _expander;
    private readonly Dictionary<string, OutlineArgument> _globals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyCollection<string>> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutlineArgument> _found = new(StringComparer.Ordinal);
    private readonly HashSet<int> _visited = [];
    private readonly Dictionary<int, BuildVariables> _ofStages = [];
    private BuildVariables _variables;

    private OutlineBuilder(PackerfileDocument document, BuildRequest request)
    {
        _document = document;
        _expander = new WordExpander(document.Escape);
        _variables = BuildVariables.Create(request.BuildArguments, new PlatformArguments());
        foreach (var instruction in document.GlobalArguments)
        {
            foreach (var argument in instruction.Arguments)
            {
                _needs[argument.Key] = _variables.IsGiven(argument.Key) || argument.Value is null ? [] : Names(argument.Value);
                _variables = Declare(_variables, instruction, argument);
                _globals[argument.Key] = new(argument.Key, _variables.Values.GetValueOrDefault(argument.Key, ""), argument.Description, instruction.Span);
            }
        }
    }

    /// <summary>The outline of the first target of a request; null if the file has no such stage.</summary>
    /// <param name="document">The file.</param>
    /// <param name="request">Target and arguments.</param>
    /// <param name="text">The file's bytes.</param>
    public static BuildOutline? Build(PackerfileDocument document, BuildRequest request, ReadOnlyMemory<byte> text)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(request);
        var builder = new OutlineBuilder(document, request);
        var wanted = request.Targets is [{ Stage: { } name }, ..] ? builder.Find(name, document.Stages.Length) : document.Stages.LastOrDefault();
        if (wanted is null)
        {
            return null;
        }

        builder.Visit(wanted);
        var arguments = builder._found.Values.OrderBy(argument => argument.Span.StartLine).ThenBy(argument => argument.Name, StringComparer.Ordinal);
        return new(wanted.Name, wanted.From.Description, [.. arguments], text);
    }

    private void Visit(Stage stage)
    {
        if (!_visited.Add(stage.Index))
        {
            return;
        }

        foreach (var name in Names(stage.From.BaseName).Concat(stage.From.Platform is { } platform ? Names(platform) : []))
        {
            UseGlobal(name);
        }

        var parent = Find(Expanded(stage.From.BaseName), stage.Index);
        if (parent is not null)
        {
            Visit(parent);
        }

        foreach (var from in stage.Instructions.Select(From).OfType<string>())
        {
            if (Find(from, stage.Index) is { } source)
            {
                Visit(source);
            }
        }

        var variables = parent is null ? _variables : _ofStages[parent.Index].With(_variables);
        foreach (var instruction in stage.Instructions.OfType<ArgInstruction>())
        {
            foreach (var argument in instruction.Arguments)
            {
                if (argument.Value is null
                    && !variables.IsGiven(argument.Key)
                    && _globals.ContainsKey(argument.Key)
                    && variables.Values.ContainsKey(argument.Key))
                {
                    UseGlobal(argument.Key);
                    continue;
                }

                variables = Declare(variables, instruction, argument);
                _found.TryAdd(argument.Key, new(argument.Key, variables.Values.GetValueOrDefault(argument.Key, ""), argument.Description, instruction.Span));
            }
        }

        _ofStages[stage.Index] = variables;
    }

    private static string? From(Instruction instruction) => instruction switch
    {
        CopyInstruction copy => copy.From,
        ConvertInstruction convert => convert.From,
        QuantizeInstruction quantize => quantize.From,
        _ => null,
    };

    private void UseGlobal(string name)
    {
        if (_globals.TryGetValue(name, out var argument) && _found.TryAdd(name, argument))
        {
            foreach (var needed in _needs[name])
            {
                UseGlobal(needed);
            }
        }
    }

    private BuildVariables Declare(BuildVariables variables, ArgInstruction instruction, ArgumentDefinition argument) =>
        variables.Declare(instruction with { Arguments = [argument] }, _expander);

    private IReadOnlyCollection<string> Names(string word)
    {
        try
        {
            return _expander.Analyze(word, _variables.Values).Matched;
        }
        catch (ExpansionException)
        {
            return [];
        }
    }

    private string Expanded(string word)
    {
        try
        {
            return _expander.Expand(word, _variables.Values);
        }
        catch (ExpansionException)
        {
            return word;
        }
    }

    private Stage? Find(string name, int before) =>
        _document.Stages.Take(before).LastOrDefault(stage => string.Equals(stage.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < before ? _document.Stages[index] : null);
}
