using System.Globalization;
using System.Text.RegularExpressions;

namespace GGUFPacker.Gguf.Format;

/// <summary>The file name of a part of a split model, by llama.cpp's convention: <c>prefix-00001-of-00003.gguf</c>.</summary>
/// <param name="Prefix">The path before the numbers, with its directory.</param>
/// <param name="Number">The part's number, from 1.</param>
/// <param name="Count">The number of parts.</param>
public sealed partial record GgufSplitName(string Prefix, int Number, int Count)
{
    /// <summary>Parses a path; null if it is not named like a part.</summary>
    public static GgufSplitName? TryParse(string path)
    {
        var match = Pattern().Match(path);
        return match.Success
            ? new GgufSplitName(match.Groups[1].Value, Parse(match.Groups[2]), Parse(match.Groups[3]))
            : null;

        static int Parse(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>The path of another part of the same model.</summary>
    public string PathOf(int number) => (this with { Number = number }).ToString();

    /// <summary>The path.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{Number:D5}-of-{Count:D5}.gguf");

    [GeneratedRegex(@"^(.+)-([0-9]{5})-of-([0-9]{5})\.gguf$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
