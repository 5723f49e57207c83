using System.Collections.Immutable;
using System.Text;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>
/// Takes the words off the front of the arguments that begin with <c>--</c>, quotes and escapes resolved; <c>--</c> alone ends them.
/// </summary>
internal static class FlagSplitter
{
    /// <summary>Cuts the text.</summary>
    /// <param name="text">What follows the instruction's name.</param>
    /// <param name="escape">The escape character.</param>
    /// <param name="flags">The flags.</param>
    /// <returns>The rest.</returns>
    public static string Split(string text, char escape, out ImmutableArray<string> flags)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        var position = 0;
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
            {
                position++;
            }

            if (!text.AsSpan(position).StartsWith("--", StringComparison.Ordinal))
            {
                break;
            }

            var flag = ReadFlag(text, escape, ref position);
            if (flag == "--")
            {
                break;
            }

            found.Add(flag);
        }

        flags = found.ToImmutable();
        return text[position..];
    }

    private static string ReadFlag(string text, char escape, ref int position)
    {
        var flag = new StringBuilder();
        var quote = '\0';
        for (; position < text.Length; position++)
        {
            var c = text[position];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                break;
            }

            if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
            }
            else if (c != escape)
            {
                flag.Append(c);
            }
            else if (position + 1 < text.Length)
            {
                flag.Append(text[++position]);
            }
        }

        return flag.ToString();
    }
}
