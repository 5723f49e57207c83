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
    /// The files that the arguments name: model, drafter, projector (the last of each counts), then adapters in order, of which one argument may name several.
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
                if (FileOption(arguments[i]) is not { } option)
                {
                    continue;
                }

                var value = arguments.ElementAtOrDefault(i + 1) ?? "";
                if (value.Length > 0)
                {
                    if (option.Kind != CommandFileKind.Adapter)
                    {
                        files.RemoveAll(f => f.Kind == option.Kind);
                    }

                    files.AddRange(option.FilesOf(value).Select(file => new CommandFile(option.Kind, file, i + 1)));
                }

                i += option.CountValues(value);
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
            if (FileOption(arguments[i]) is not { } option)
            {
                continue;
            }

            // What a variable may yet become may be both.
            var value = arguments.ElementAtOrDefault(i + 1) ?? "";
            var values = value.Contains('$', StringComparison.Ordinal) ? 1 : option.CountValues(value);
            if (i + values >= arguments.Length)
            {
                return arguments[i];
            }

            i += values;
        }

        return null;
    }

    private static FileFlag? FileOption(string argument) => argument switch
    {
        "-m" or "--model" => new(CommandFileKind.Model),
        "-md" or "--model-draft" or "--spec-draft-model" => new(CommandFileKind.Drafter),
        "--mmproj" => new(CommandFileKind.Projector),
        "--lora" or "--control-vector" => new(CommandFileKind.Adapter),
        "--lora-scaled" or "--control-vector-scaled" => new(CommandFileKind.Adapter, IsScaled: true),
        _ => null,
    };

    /// <summary>
    /// An option that names files. With a factor these are <c>FILE:SCALE,…</c>, or as earlier versions of llama.cpp took it a file and a number.
    /// </summary>
    private readonly record struct FileFlag(CommandFileKind Kind, bool IsScaled = false)
    {
        public int CountValues(string value) => IsScaled && CommandFileList.ParseScaled(value) is null ? 2 : 1;

        public IEnumerable<string> FilesOf(string value) =>
            Kind != CommandFileKind.Adapter ? [value]
            : !IsScaled ? CommandFileList.Parse(value)
            : CommandFileList.ParseScaled(value) is { } files ? files.Select(file => file.File)
            : [value];
    }
}
