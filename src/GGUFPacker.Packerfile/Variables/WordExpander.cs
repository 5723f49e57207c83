using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>
/// Expands variables in words as BuildKit's shell lexer does: <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME:-default}</c>, <c>:+</c>,
/// <c>:?</c> (each also without the colon), <c>#</c> <c>##</c> <c>%</c> <c>%%</c> with a pattern, <c>/</c> and <c>//</c> with a replacement.
/// </summary>
/// <param name="escape">The escape character of the file.</param>
public sealed class WordExpander(char escape = '\\')
{
    private readonly ShellLexerOptions _words = new() { Escape = escape };
    private readonly ShellLexerOptions _arguments = new() { Escape = escape, PlainQuotes = true, PlainEscapes = true };

    // In a heredoc the escape character is always the backslash.
    private readonly ShellLexerOptions _texts = new() { Escape = '\\', PlainQuotes = true };

    /// <summary>Expands a word; quotes and escapes are resolved.</summary>
    /// <param name="word">The word as written.</param>
    /// <param name="variables">The variables that are set.</param>
    /// <param name="unmatched">Receives the names that are not set, each once for a word, also those of a faulty word.</param>
    /// <exception cref="ExpansionException">The word is faulty or demands a variable that is not set.</exception>
    public string Expand(string word, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null) =>
        Run(word, variables, _words, unmatched);

    /// <summary>Expands the body of a heredoc: quotes stay, a backslash keeps what follows it from meaning anything.</summary>
    /// <inheritdoc cref="Expand"/>
    public string ExpandText(string word, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null) =>
        Run(word, variables, _texts, unmatched);

    /// <summary>Expands an argument of CMD: quotes stay, and the escape character too unless <c>$</c> or itself follows.</summary>
    /// <inheritdoc cref="Expand"/>
    public string ExpandArgument(string word, IReadOnlyDictionary<string, string> variables, ICollection<string>? unmatched = null) =>
        Run(word, variables, _arguments, unmatched);

    /// <summary>Expands a word and says which names it looked up.</summary>
    /// <param name="word">The word as written.</param>
    /// <param name="variables">The variables that are set.</param>
    /// <exception cref="ExpansionException">The word is faulty or demands a variable that is not set.</exception>
    public WordExpansion Analyze(string word, IReadOnlyDictionary<string, string> variables)
    {
        var lexer = ShellLexer.Run(word, variables, _words);
        return new(lexer.Result, [.. lexer.Matched], [.. lexer.Unmatched]);
    }

    private static string Run(string word, IReadOnlyDictionary<string, string> variables, ShellLexerOptions options, ICollection<string>? unmatched)
    {
        var lexer = ShellLexer.TryRun(word, variables, options, out var fault);
        foreach (var name in unmatched is null ? [] : lexer.Unmatched)
        {
            unmatched!.Add(name);
        }

        return fault is null ? lexer.Result : throw fault;
    }
}
