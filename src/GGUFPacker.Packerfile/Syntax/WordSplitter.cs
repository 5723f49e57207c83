using System.Collections.Immutable;
using System.Text;

namespace GGUFPacker.Packerfile.Syntax;

/// <summary>Cuts the arguments of ARG and LABEL at blanks that stand outside quotes; quotes and escapes stay in the words.</summary>
internal static class WordSplitter
{
    public static ImmutableArray<string> Split(string text, char escape)
    {
        text = SourceText.Scrub(text);
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                Finish();
                continue;
            }

            if (c == escape && quote != '\'')
            {
                // An escape hides the character behind it; the last one of a line hides nothing and is dropped.
                if (i + 1 < text.Length)
                {
                    word.Append(c).Append(text[++i]);
                }

                continue;
            }

            if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"')
            {
                quote = c;
            }

            word.Append(c);
        }

        Finish();
        return words.ToImmutable();

        void Finish()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }
}
