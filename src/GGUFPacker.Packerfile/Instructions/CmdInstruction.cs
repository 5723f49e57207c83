using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Variables;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary><c>CMD ["-m", "model.gguf", …]</c>: the arguments that llama-server starts with. Expanded: every argument; quotes in it are text.</summary>
public sealed record CmdInstruction(SourceSpan Span, string Text) : Instruction(Span, Text)
{
    /// <summary>The arguments in order.</summary>
    public required ImmutableArray<string> Arguments { get; init; }

    /// <summary>
    /// The files that the arguments name: model, drafter, projector (the last of each counts), then adapters in order.
    /// An empty value names none.
    /// </summary>
    public ImmutableArray<CommandFile> Files
    {
        get
        {
            var files = ImmutableArray.CreateBuilder<CommandFile>();
            var arguments = Arguments;
            for (var i = 0; i < arguments.Length; i++)
            {
                if (FileOption(arguments[i]) is not var (kind, values))
                {
                    continue;
                }

                var value = i + 1;
                if (value < arguments.Length && arguments[value].Length > 0)
                {
                    if (kind != CommandFileKind.Adapter)
                    {
                        files.RemoveAll(f => f.Kind == kind);
                    }

                    files.Add(new(kind, arguments[value], value));
                }

                i += values;
            }

            return [.. files.OrderBy(f => f.Kind)];
        }
    }

    /// <inheritdoc/>
    public override CmdInstruction Expand(WordExpander expander, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null)
    {
        var expansion = new Expansion(expander, variables, unmatched);
        return this with { Arguments = [.. Arguments.Select(expansion.Argument)] };
    }

    /// <inheritdoc/>
    public override ImmutableArray<Diagnostic> Verify() =>
        Files.Any(f => f.Kind == CommandFileKind.Model)
            ? []
            : [Error(DiagnosticCodes.CommandWithoutModel, "CMD names no model: give -m or --model and the path of a GGUF file.")];

    /// <summary>The option that lacks a value, if one does.</summary>
    internal static string? FindIncompleteOption(ImmutableArray<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (FileOption(arguments[i]) is var (_, values))
            {
                if (i + values >= arguments.Length)
                {
                    return arguments[i];
                }

                i += values;
            }
        }

        return null;
    }

    private static (CommandFileKind Kind, int Values)? FileOption(string argument) => argument switch
    {
        "-m" or "--model" => (CommandFileKind.Model, 1),
        "-md" or "--model-draft" => (CommandFileKind.Drafter, 1),
        "--mmproj" => (CommandFileKind.Projector, 1),
        "--lora" or "--control-vector" => (CommandFileKind.Adapter, 1),
        "--lora-scaled" or "--control-vector-scaled" => (CommandFileKind.Adapter, 2),
        _ => null,
    };
}
