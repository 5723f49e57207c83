using System.Collections.Immutable;
using GGUFPacker.Conversion.Checkpoints;

namespace GGUFPacker.Conversion.Tokenizers.Detection;

/// <summary>
/// The parts of a pre-tokenizer's patterns, whether they stand in several steps or as the choices of one: some tokenizers are saved again in the other form.
/// </summary>
internal static class PatternParts
{
    /// <summary>The parts in order; null if a step is not made of patterns.</summary>
    public static ImmutableArray<string>? Of(ImmutableArray<TokenizerStep> steps)
    {
        var parts = ImmutableArray.CreateBuilder<string>();
        foreach (var step in steps)
        {
            if (step.Type == "Split" && step.Fields.Property("pattern")?.Text("Regex") is { } pattern)
            {
                parts.AddRange(Choices(pattern));
            }
            else if (step.Type == "Digits")
            {
                parts.Add(step.Fields.Flag("individual_digits") == true ? @"\p{N}" : @"\p{N}+");
            }
            else if (step.Type != "ByteLevel" || step.Fields.Flag("use_regex") != false)
            {
                return null;
            }
        }

        return parts.ToImmutable();
    }

    // Splits at the '|' that stand in no group and no class.
    private static IEnumerable<string> Choices(string pattern)
    {
        var (groups, classes, start) = (0, 0, 0);
        for (var position = 0; position < pattern.Length; position++)
        {
            switch (pattern[position])
            {
                case '\\':
                    // A line end is written as such or as an escape.
                    position++;
                    break;
                case '[':
                    classes++;
                    break;
                case ']' when classes > 0:
                    classes--;
                    break;
                case '(' when classes == 0:
                    groups++;
                    break;
                case ')' when classes == 0:
                    groups--;
                    break;
                case '|' when groups == 0 && classes == 0:
                    yield return Unescaped(pattern[start..position]);
                    start = position + 1;
                    break;
            }
        }

        yield return Unescaped(pattern[start..]);

        static string Unescaped(string part) => part.Replace("\\r", "\r", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
    }
}
