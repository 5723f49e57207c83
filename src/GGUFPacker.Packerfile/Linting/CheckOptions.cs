using System.Collections.Immutable;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile.Linting;

/// <summary>Which rules hold: <c># check=skip=RULE,RULE;error=true;experimental=RULE</c>. <c>all</c> in place of names means every rule. Immutable.</summary>
public sealed record CheckOptions
{
    // What Go's strconv.ParseBool takes.
    private static readonly ImmutableArray<string> True = ["1", "t", "T", "true", "TRUE", "True"];
    private static readonly ImmutableArray<string> False = ["0", "f", "F", "false", "FALSE", "False"];

    /// <summary>Whether no rule holds that is not asked for as experimental.</summary>
    public bool SkipAll { get; init; }

    /// <summary>The rules that do not hold.</summary>
    public ImmutableHashSet<string> Skip { get; init; } = [];

    /// <summary>Whether all experimental rules hold.</summary>
    public bool ExperimentalAll { get; init; }

    /// <summary>The experimental rules that hold.</summary>
    public ImmutableHashSet<string> Experimental { get; init; } = [];

    /// <summary>Whether a violated rule is an error.</summary>
    public bool IsError { get; init; }

    /// <summary>Reads the directive's value.</summary>
    /// <exception cref="FormatException">It is malformed; the message says how.</exception>
    public static CheckOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var options = new CheckOptions();
        foreach (var part in text.Trim() is { Length: > 0 } trimmed ? trimmed.Split(';', 3) : [])
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals].Trim();
            var value = equals < 0 ? "" : part[(equals + 1)..].Trim();
            options = (equals < 0 ? "" : name) switch
            {
                "skip" when value == "all" => options with { SkipAll = true },
                "skip" => options with { Skip = Names(value) },
                "experimental" when value == "all" => options with { ExperimentalAll = true },
                "experimental" => options with { Experimental = Names(value) },
                "error" when True.Contains(value) => options with { IsError = true },
                "error" when False.Contains(value) => options with { IsError = false },
                "error" => throw new FormatException($"'{part}' is neither error=true nor error=false."),
                _ => throw new FormatException($"'{name}' is no check option: write skip=RULE,…, experimental=RULE,… or error=true, with ';' between them."),
            };
        }

        return options;
    }

    /// <summary>These options with those of the comments before an instruction; faulty ones are as good as none.</summary>
    public CheckOptions WithComments(ImmutableArray<string> comments)
    {
        foreach (var comment in comments)
        {
            if (new DirectiveReader("").Read(comment, out var name, out var value) != DirectiveLine.Directive || name != "check")
            {
                continue;
            }

            try
            {
                return With(Parse(value.Split(' ')[0]));
            }
            catch (FormatException)
            {
                return this;
            }
        }

        return this;
    }

    /// <summary>Whether a rule holds.</summary>
    public bool Holds(LintRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.IsExperimental ? ExperimentalAll || Experimental.Contains(rule.Name) : !SkipAll && !Skip.Contains(rule.Name);
    }

    /// <summary>These options and others: what either skips is skipped, what either asks for holds.</summary>
    public CheckOptions With(CheckOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            SkipAll = SkipAll || other.SkipAll,
            Skip = Skip.Union(other.Skip),
            ExperimentalAll = ExperimentalAll || other.ExperimentalAll,
            Experimental = Experimental.Union(other.Experimental),
        };
    }

    private static ImmutableHashSet<string> Names(string value) => [.. value.Split(',').Select(name => name.Trim())];
}
