using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Instructions;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile;

/// <summary>Parses GGUFPackerfiles.</summary>
public static class PackerfileParser
{
    /// <summary>Parses a file. What is wrong with it is in the document's diagnostics; nothing is thrown for it.</summary>
    /// <param name="text">The file's bytes.</param>
    /// <param name="path">The path that diagnostics name.</param>
    public static PackerfileDocument Parse(ReadOnlySpan<byte> text, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (text.Length > PackerfileLimits.FileLength)
        {
            return Refuse(path, DiagnosticCodes.FileTooLong, $"The file is longer than {PackerfileLimits.FileLength >> 20} MiB.");
        }

        if (text is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return Refuse(path, DiagnosticCodes.NotUtf8, "The file is UTF-16. Save it as UTF-8.");
        }

        var tree = SyntaxParser.Parse(text.ToArray(), path);
        var reader = new InstructionReader();
        var globalArguments = ImmutableArray.CreateBuilder<ArgInstruction>();
        var stages = ImmutableArray.CreateBuilder<Stage>();
        FromInstruction? from = null;
        var instructions = ImmutableArray.CreateBuilder<Instruction>();
        foreach (var syntax in tree.Instructions)
        {
            switch (reader.Read(syntax))
            {
                case var instruction when Grammar.IsFrom(syntax.Keyword):
                    // A faulty FROM ends the stage before it too; what follows belongs to no stage.
                    FinishStage();
                    from = instruction as FromInstruction;
                    break;
                case ArgInstruction argument when from is null && !reader.HasSeenFrom:
                    globalArguments.Add(argument);
                    break;
                case { } instruction when from is null:
                    if (!reader.HasSeenFrom)
                    {
                        reader.Report(
                            DiagnosticCodes.InstructionBeforeFrom, instruction.Span, $"{instruction.Keyword} stands before the first FROM; only ARG may.");
                    }

                    break;
                case { } instruction:
                    instructions.Add(instruction);
                    break;
            }
        }

        FinishStage();
        if (stages.Count == 0 && !reader.HasSeenFrom && !tree.Instructions.IsEmpty)
        {
            reader.Report(DiagnosticCodes.NoStage, SourceSpan.File(path), "The file has no FROM, so there is nothing to build.");
        }

        return new(path, globalArguments.ToImmutable(), stages.ToImmutable(), [.. tree.Diagnostics.Concat(reader.Diagnostics).OrderBy(d => d.Span.StartLine)])
        {
            Escape = tree.Escape,
            Directives = tree.Directives,
            Check = SyntaxDirective.Find("check", text)?.Image,
        };

        void FinishStage()
        {
            if (from is not null)
            {
                stages.Add(new(stages.Count, from.StageName, from, instructions.ToImmutable()));
                instructions.Clear();
            }
        }
    }

    private static PackerfileDocument Refuse(string path, string code, string message) =>
        new(path, [], [], [new(code, DiagnosticSeverity.Error, SourceSpan.File(path), message)]);
}
