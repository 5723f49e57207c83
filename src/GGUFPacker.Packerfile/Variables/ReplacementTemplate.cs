using System.Globalization;
using System.Text;

namespace GGUFPacker.Packerfile.Variables;

/// <summary>The replacement of <c>${NAME//pattern/replacement}</c>, which BuildKit reads as Go's regexp package reads templates.</summary>
internal static class ReplacementTemplate
{
    /// <summary>Appends the template with <c>$0</c> and <c>${0}</c> replaced by the match; other names are empty, there are no groups.</summary>
    public static void Append(StringBuilder result, string template, string match)
    {
        for (var i = 0; i < template.Length;)
        {
            var dollar = template.IndexOf('$', i);
            if (dollar < 0)
            {
                dollar = template.Length;
            }

            result.Append(template, i, dollar - i);
            i = dollar;
            if (i == template.Length)
            {
                return;
            }

            if (template.AsSpan(i).StartsWith("$$", StringComparison.Ordinal))
            {
                result.Append('$');
                i += 2;
                continue;
            }

            var braced = i + 1 < template.Length && template[i + 1] == '{';
            var nameStart = i + (braced ? 2 : 1);
            var nameEnd = nameStart;
            while (nameEnd < template.Length && IsOfName(template[nameEnd]))
            {
                nameEnd++;
            }

            if (nameEnd == nameStart || (braced && (nameEnd == template.Length || template[nameEnd] != '}')))
            {
                // No name: the dollar is text.
                result.Append('$');
                i++;
                continue;
            }

            result.Append(template.AsSpan(nameStart, nameEnd - nameStart) is "0" ? match : "");
            i = nameEnd + (braced ? 1 : 0);
        }
    }

    private static bool IsOfName(char c) => c == '_' || char.IsLetter(c) || char.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber;
}
