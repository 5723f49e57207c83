using System.Text;

namespace GGUFPacker.Conversion.Tokenizers.Normalization;

/// <summary>
/// Unicode's normalization forms (UAX #15). .NET's own needs ICU, which is not everywhere and whose version varies; without it, it does nothing.
/// </summary>
internal static class UnicodeNormalizer
{
    // Hangul syllables are computed: L + V is a syllable, and a T may follow.
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TailCount;

    /// <summary>Normalizes a text.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var codePoints = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, form is NormalizationForm.FormKC or NormalizationForm.FormKD, codePoints);
        }

        Order(codePoints);
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
        {
            Compose(codePoints);
        }

        var result = new StringBuilder(text.Length);
        foreach (var codePoint in codePoints)
        {
            result.Append(char.ConvertFromUtf32(codePoint));
        }

        return result.ToString();
    }

    private static void Decompose(int codePoint, bool compatibility, List<int> output)
    {
        if (codePoint is >= SyllableBase and < SyllableBase + SyllableCount)
        {
            var index = codePoint - SyllableBase;
            output.Add(LeadBase + (index / (VowelCount * TailCount)));
            output.Add(VowelBase + (index % (VowelCount * TailCount) / TailCount));
            if (index % TailCount > 0)
            {
                output.Add(TailBase + (index % TailCount));
            }
        }
        else if (UnicodeNormalizationData.Instance.Decompose(codePoint, compatibility) is { } parts)
        {
            foreach (var part in parts)
            {
                Decompose(part, compatibility, output);
            }
        }
        else
        {
            output.Add(codePoint);
        }
    }

    // Sorts each run of combining marks by class, keeping the order of equals.
    private static void Order(List<int> codePoints)
    {
        var data = UnicodeNormalizationData.Instance;
        for (var start = 0; start < codePoints.Count; start++)
        {
            if (data.CombiningClass(codePoints[start]) == 0)
            {
                continue;
            }

            var end = start;
            while (end < codePoints.Count && data.CombiningClass(codePoints[end]) != 0)
            {
                end++;
            }

            var ordered = codePoints[start..end].OrderBy(data.CombiningClass).ToList();
            for (var index = start; index < end; index++)
            {
                codePoints[index] = ordered[index - start];
            }

            start = end;
        }
    }

    // Joins each mark with the starter before it, unless a mark between them is of the same class or above.
    private static void Compose(List<int> codePoints)
    {
        var data = UnicodeNormalizationData.Instance;
        var starter = -1;
        var lastClass = 0;
        var length = 0;
        foreach (var codePoint in codePoints.ToArray())
        {
            var combiningClass = data.CombiningClass(codePoint);
            var isAdjacent = starter >= 0 && length == starter + 1;
            if (starter >= 0 && (isAdjacent || (lastClass < combiningClass && lastClass != 0)) && Join(codePoints[starter], codePoint) is { } joined)
            {
                codePoints[starter] = joined;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = length;
            }

            lastClass = combiningClass;
            codePoints[length++] = codePoint;
        }

        codePoints.RemoveRange(length, codePoints.Count - length);
    }

    private static int? Join(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
        {
            return SyllableBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TailCount);
        }

        if (first is >= SyllableBase and < SyllableBase + SyllableCount && (first - SyllableBase) % TailCount == 0
            && second is > TailBase and < TailBase + TailCount)
        {
            return first + second - TailBase;
        }

        return UnicodeNormalizationData.Instance.Compose(first, second);
    }
}
