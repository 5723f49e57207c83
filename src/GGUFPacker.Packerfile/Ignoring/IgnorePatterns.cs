using System.Collections.Immutable;

namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>
/// Patterns of an ignore file or of <c>--exclude</c>, as github.com/moby/patternmatcher reads them: each later one that matches a path or a directory
/// above it overrules those before. <c>*</c> stays within a directory, <c>**</c> does not. Paths have <c>/</c> on every system. Immutable.
/// </summary>
public sealed class IgnorePatterns
{
    private readonly ImmutableArray<IgnorePattern> _patterns;

    /// <summary>Reads patterns.</summary>
    /// <exception cref="FormatException">A pattern is malformed; the message quotes it.</exception>
    public IgnorePatterns(IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns = [.. patterns.Select(IgnorePattern.Parse).OfType<IgnorePattern>()];
    }

    /// <summary>No patterns.</summary>
    public static IgnorePatterns None { get; } = new([]);

    /// <summary>Whether there is no pattern.</summary>
    public bool IsEmpty => _patterns.IsEmpty;

    /// <summary>Whether a pattern takes files back in.</summary>
    public bool HasExceptions => _patterns.Any(pattern => pattern.IsException);

    /// <summary>Whether a pattern leaves out all that is at the root.</summary>
    public bool IgnoresEverything => _patterns.Any(pattern => !pattern.IsException && pattern.Text is "*" or "**" or "**/*");

    /// <summary>Whether a path, or a directory above it, is left out.</summary>
    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public bool Matches(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var isMatched = false;
        foreach (var pattern in _patterns)
        {
            if (pattern.IsException == isMatched && (pattern.Matches(path) || AnyParent(pattern, path)))
            {
                isMatched = !pattern.IsException;
            }
        }

        return isMatched;
    }

    /// <summary>Matches a path when a tree is walked: cheaper than <see cref="Matches"/>, and what BuildKit does with the context.</summary>
    /// <param name="path">The path.</param>
    /// <param name="parent">What its directory gave; the default at the root.</param>
    /// <exception cref="FormatException">A pattern is malformed.</exception>
    public IgnoreMatch Match(string path, IgnoreMatch parent)
    {
        ArgumentNullException.ThrowIfNull(path);
        var isMatched = false;
        var hasParent = !parent.Patterns.IsDefaultOrEmpty;
        var matches = ImmutableArray.CreateBuilder<bool>(_patterns.Length);
        matches.Count = _patterns.Length;
        for (var i = 0; i < _patterns.Length; i++)
        {
            var pattern = _patterns[i];
            var matchesHere = hasParent && parent.Patterns[i];
            if (!matchesHere)
            {
                if (pattern.IsException != isMatched)
                {
                    continue;
                }

                matchesHere = pattern.Matches(path) || (!hasParent && AnyParent(pattern, path));
            }

            matches[i] = matchesHere;
            isMatched = matchesHere ? !pattern.IsException : isMatched;
        }

        return new(isMatched, matches.MoveToImmutable());
    }

    private static bool AnyParent(IgnorePattern pattern, string path) => LexicalPath.Parents(path).Any(pattern.Matches);
}
