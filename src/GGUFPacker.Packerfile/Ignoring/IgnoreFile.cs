using System.Collections.Immutable;
using GGUFPacker.Packerfile.Syntax;

namespace GGUFPacker.Packerfile.Ignoring;

/// <summary>
/// The files that say what a context does not hold: a pattern on each line, <c>!</c> before one takes files back in, lines that begin with <c>#</c> are
/// comments.
/// </summary>
public static class IgnoreFile
{
    /// <summary>The name at a context's root, and the end of a file's own ignore file.</summary>
    public const string Name = ".ggufpackerignore";

    /// <summary>What is read where there is no <see cref="Name"/>.</summary>
    public const string DockerName = ".dockerignore";

    // As BuildKit's scanner has it.
    private const int LineLength = 65535;

    /// <summary>The patterns of a file.</summary>
    /// <exception cref="FormatException">A line is too long.</exception>
    public static ImmutableArray<string> ReadPatterns(ReadOnlySpan<byte> text)
    {
        var patterns = ImmutableArray.CreateBuilder<string>();
        if (text.StartsWith("\uFEFF"u8))
        {
            text = text[3..];
        }

        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.Length > LineLength)
            {
                throw new FormatException($"Line {number} of the ignore file is longer than {LineLength} bytes.");
            }

            if (!line.StartsWith("#"u8) && SourceText.Decode(line).Trim() is { Length: > 0 } pattern)
            {
                patterns.Add(Read(pattern));
            }
        }

        return patterns.ToImmutable();
    }

    private static string Read(string pattern)
    {
        var isException = pattern[0] == '!';
        var path = isException ? pattern[1..].Trim() : pattern;
        if (path.Length > 0)
        {
            path = LexicalPath.Clean(path);
            path = path.Length > 1 && path[0] == '/' ? path[1..] : path;
        }

        return isException ? "!" + path : path;
    }
}
