namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>One pattern of an ignore file.</summary>
internal sealed class IgnorePattern
{
    private GlobExpression? _expression;

    private IgnorePattern(string text, bool isException) => (Text, IsException) = (text, isException);

    /// <summary>The pattern, cleaned and without its mark.</summary>
    public string Text { get; }

    /// <summary>Whether it takes files back in.</summary>
    public bool IsException { get; }

    /// <summary>Reads a pattern; null for a blank one.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static IgnorePattern? Parse(string text)
    {
        text = text.Trim();
        if (text.Length == 0)
        {
            return null;
        }

        var path = LexicalPath.Clean(text);
        var isException = path[0] == '!';
        path = isException ? path[1..] : path;
        if (path.Length == 0)
        {
            throw new FormatException("The pattern '!' takes nothing back in: a path must follow the '!'.");
        }

        GlobSyntax.Check(path);
        return new(path, isException);
    }

    /// <summary>Whether a path matches, not looking at the directories above it.</summary>
    /// <exception cref="FormatException">The pattern is malformed in a way that only its evaluation shows.</exception>
    public bool Matches(string path) => (_expression ??= GlobExpression.Compile(Text)).IsMatch(path);
}
