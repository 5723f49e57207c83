using System.Text;

namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>
/// The syntax that Go's <c>path.Match</c> demands of a pattern: every <c>[</c> is closed and holds something, every backslash has something behind it.
/// </summary>
internal static class GlobSyntax
{
    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public static void Check(string pattern)
    {
        var runes = pattern.EnumerateRunes().ToArray();
        var chunk = 0;
        while (chunk < runes.Length)
        {
            // A star outside brackets ends a chunk; brackets must close within one.
            while (chunk < runes.Length && runes[chunk].Value == '*')
            {
                chunk++;
            }

            var end = EndOfChunk(runes, chunk);
            CheckChunk(runes.AsSpan(chunk, end - chunk), pattern);
            chunk = end;
        }
    }

    /// <summary>The error of a malformed pattern.</summary>
    public static FormatException Malformed(string pattern) =>
        new($"The pattern '{pattern}' is malformed: a '[' is not closed or empty, a range is the wrong way round, or nothing follows a '\\'.");

    private static int EndOfChunk(ReadOnlySpan<Rune> runes, int start)
    {
        var inBrackets = false;
        for (var i = start; i < runes.Length; i++)
        {
            switch (runes[i].Value)
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    inBrackets = true;
                    break;
                case ']':
                    inBrackets = false;
                    break;
                case '*' when !inBrackets:
                    return i;
            }
        }

        return runes.Length;
    }

    private static void CheckChunk(ReadOnlySpan<Rune> chunk, string pattern)
    {
        while (!chunk.IsEmpty)
        {
            switch (chunk[0].Value)
            {
                case '[':
                    chunk = SkipClass(chunk[1..], pattern);
                    break;
                case '\\' when chunk.Length == 1:
                    throw Malformed(pattern);
                case '\\':
                    chunk = chunk[2..];
                    break;
                default:
                    chunk = chunk[1..];
                    break;
            }
        }
    }

    private static ReadOnlySpan<Rune> SkipClass(ReadOnlySpan<Rune> rest, string pattern)
    {
        rest = !rest.IsEmpty && rest[0].Value == '^' ? rest[1..] : rest;
        for (var isFirst = true; ; isFirst = false)
        {
            if (!rest.IsEmpty && rest[0].Value == ']' && !isFirst)
            {
                return rest[1..];
            }

            rest = SkipOne(rest, pattern);
            rest = rest[0].Value == '-' ? SkipOne(rest[1..], pattern) : rest;
        }
    }

    // A character of a class; something, at least the closing bracket, must follow it.
    private static ReadOnlySpan<Rune> SkipOne(ReadOnlySpan<Rune> rest, string pattern)
    {
        if (rest.IsEmpty || rest[0].Value is '-' or ']')
        {
            throw Malformed(pattern);
        }

        rest = rest[0].Value == '\\' ? rest[1..] : rest;
        return rest.Length > 1 ? rest[1..] : throw Malformed(pattern);
    }
}
