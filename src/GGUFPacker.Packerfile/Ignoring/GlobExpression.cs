using System.Collections.Immutable;
using System.Text;

namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>
/// A pattern ready to be matched. github.com/moby/patternmatcher turns a pattern into a regular expression, character by character, and so gives characters
/// inside brackets the meaning they have there; this does the same, with an expression that is matched in one pass over the path, whatever the pattern.
/// </summary>
internal sealed class GlobExpression
{
    private readonly string _text;
    private readonly Kind _kind;
    private readonly ImmutableArray<GlobAtom> _atoms;

    private GlobExpression(string text, Kind kind, ImmutableArray<GlobAtom> atoms) => (_text, _kind, _atoms) = (text, kind, atoms);

    private enum Kind
    {
        Exact,
        Prefix,
        Suffix,
        Expression,
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static GlobExpression Compile(string pattern)
    {
        var expression = new StringBuilder();
        var kind = Kind.Exact;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            switch (c)
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    var isFirst = i == 0;
                    i += i + 2 < pattern.Length && pattern[i + 2] == '/' ? 2 : 1;
                    var isLast = i + 1 == pattern.Length;
                    expression.Append(isLast ? ".*" : "(.*/)?");
                    kind = isFirst ? Kind.Suffix : isLast && kind == Kind.Exact ? Kind.Prefix : Kind.Expression;
                    break;
                case '*':
                    expression.Append("[^/]*");
                    kind = Kind.Expression;
                    break;
                case '?':
                    expression.Append("[^/]");
                    kind = Kind.Expression;
                    break;
                case '.' or '+' or '(' or ')' or '|' or '{' or '}' or '$':
                    expression.Append('\\').Append(c);
                    break;
                case '\\' when i + 1 < pattern.Length:
                    expression.Append('\\').Append(pattern[++i]);
                    kind = Kind.Expression;
                    break;
                case '[' or ']':
                    expression.Append(c);
                    kind = Kind.Expression;
                    break;
                case '\uFEFF' when i == 0:
                    break;
                default:
                    expression.Append(c);
                    break;
            }
        }

        return new(pattern, kind, kind == Kind.Expression ? GlobAtomReader.Read(expression.ToString(), pattern) : []);
    }

    /// <summary>Whether a whole path matches.</summary>
    public bool IsMatch(string path) => _kind switch
    {
        Kind.Exact => path == _text,
        Kind.Prefix => path.StartsWith(_text[..^2], StringComparison.Ordinal),
        Kind.Suffix => path.EndsWith(_text[2..], StringComparison.Ordinal) || (_text.Length > 2 && _text[2] == '/' && path == _text[3..]),
        _ => IsExpressionMatch(path),
    };

    // All places in the expression that the path so far can have led to, advanced rune by rune.
    private bool IsExpressionMatch(string path)
    {
        var runes = path.EnumerateRunes().ToArray();
        var states = new bool[_atoms.Length + 1];
        var next = new bool[_atoms.Length + 1];
        states[0] = true;
        for (var position = 0; ; position++)
        {
            Advance(states, runes, position);
            if (position == runes.Length)
            {
                return states[^1];
            }

            Array.Clear(next);
            for (var i = 0; i < _atoms.Length; i++)
            {
                if (states[i] && _atoms[i].Set is { } set && set.Contains(runes[position]))
                {
                    next[_atoms[i].Repeats ? i : i + 1] = true;
                }
            }

            (states, next) = (next, states);
        }
    }

    // Past the parts that need no rune.
    private void Advance(bool[] states, Rune[] runes, int position)
    {
        for (var i = 0; i < _atoms.Length; i++)
        {
            var atom = _atoms[i];
            if (states[i] && (atom.Set is null ? IsAt(atom.Anchor, runes, position) : atom.Repeats))
            {
                states[i + 1] = true;
            }

            if (states[i] && atom.SkipTo > 0)
            {
                states[i + atom.SkipTo] = true;
            }
        }
    }

    private static bool IsAt(char anchor, Rune[] runes, int position) => anchor switch
    {
        'A' => position == 0,
        'z' => position == runes.Length,
        'b' => IsWord(runes, position - 1) != IsWord(runes, position),
        'B' => IsWord(runes, position - 1) == IsWord(runes, position),
        _ => true,
    };

    private static bool IsWord(Rune[] runes, int position) =>
        position >= 0
            && position < runes.Length
            && runes[position].IsAscii
            && (char.IsAsciiLetterOrDigit((char)runes[position].Value) || runes[position].Value == '_');
}
