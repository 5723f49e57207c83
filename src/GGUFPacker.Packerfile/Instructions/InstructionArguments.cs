using System.Collections.Immutable;
using GGUFPacker.Packerfile.Diagnostics;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile.Instructions;

/// <summary>What instructions have in common: sources, destination, names.</summary>
internal static class InstructionArguments
{
    /// <summary>The sources, the files given in place, and the destination, which is the last word.</summary>
    public static (ImmutableArray<string> Sources, ImmutableArray<HeredocContent> Heredocs, string Destination) ReadSources(
        SyntaxInstruction syntax)
    {
        var destination = syntax.Arguments[^1];
        if (HeredocWords.TryParse(destination) is not null)
        {
            throw new InstructionFaultException(DiagnosticCodes.HeredocNotAllowed, $"{syntax.Keyword} cannot write to a heredoc: put the destination last.");
        }

        var sources = ImmutableArray.CreateBuilder<string>();
        var heredocs = ImmutableArray.CreateBuilder<HeredocContent>();
        foreach (var word in syntax.Arguments[..^1])
        {
            if (HeredocWords.TryParse(word) is not { } heredoc)
            {
                sources.Add(word);
                continue;
            }

            // Of two heredocs of one name the last one's body is both's, and a JSON form has none: as in the reference.
            var content = syntax.Heredocs.LastOrDefault(h => h.Name == heredoc.Name)?.Content ?? "";
            heredocs.Add(new(heredoc.Name, heredoc.Chomp ? HeredocWords.TrimTabs(content) : content, heredoc.Expand));
        }

        return (sources.ToImmutable(), heredocs.ToImmutable(), destination);
    }

    /// <summary>The source of an instruction that takes exactly one file.</summary>
    public static string ReadOneSource(SyntaxInstruction syntax, out string destination)
    {
        (var sources, var heredocs, destination) = ReadSources(syntax);
        if (!heredocs.IsEmpty)
        {
            throw new InstructionFaultException(DiagnosticCodes.HeredocNotAllowed, $"{syntax.Keyword} reads a file, not a heredoc.");
        }

        return sources is [var source]
            ? source
            : throw new InstructionFaultException(
                DiagnosticCodes.SeveralSources,
                $"{syntax.Keyword} takes one source and one destination, not {syntax.Arguments.Length} words. Paths with blanks go into the JSON form: "
                + $"{syntax.Keyword} [\"a source\", \"a destination\"].");
    }

    /// <summary>Refuses an instruction without source or destination.</summary>
    public static void RequireDestination(SyntaxInstruction syntax)
    {
        if (syntax.Arguments.Length < 2)
        {
            throw new InstructionFaultException(DiagnosticCodes.MissingArguments, $"{syntax.Keyword} needs a source and a destination.");
        }
    }

    /// <summary>Refuses an instruction without arguments.</summary>
    public static void RequireAny(SyntaxInstruction syntax)
    {
        if (syntax.Arguments.IsEmpty)
        {
            throw new InstructionFaultException(DiagnosticCodes.MissingArguments, $"{syntax.Keyword} needs an argument: name=value.");
        }
    }

    /// <summary>Refuses an empty name.</summary>
    public static string RequireName(SyntaxInstruction syntax, string name) =>
        name.Length > 0 ? name : throw new InstructionFaultException(DiagnosticCodes.EmptyName, $"A name is missing before '=' in {syntax.Keyword}.");
}
