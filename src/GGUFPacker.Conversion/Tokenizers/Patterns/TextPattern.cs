using System.Text;
using GGUFPacker.Conversion.Tokenizers.Pipeline;

namespace GGUFPacker.Conversion.Tokenizers.Patterns;

/// <summary>A pattern of a tokenizer.json, ready to search texts: a regular expression in Oniguruma's syntax, or a plain text.</summary>
internal sealed class TextPattern
{
    private readonly PatternInstruction[] _program;
    private readonly int _registers;

    private TextPattern(PatternNode node) => (_program, _registers) = PatternCompiler.Compile(node);

    /// <summary>A regular expression.</summary>
    /// <exception cref="TokenizerStepException">It is invalid or not supported.</exception>
    public static TextPattern OfExpression(string expression) => new(PatternParser.Parse(expression));

    /// <summary>A plain text.</summary>
    public static TextPattern OfText(string text) =>
        new(new PatternNode.Sequence([.. text.EnumerateRunes().Select(rune => new PatternNode.One(CodePointSet.OfRange(rune.Value, rune.Value)))]));

    /// <summary>The matches in a text, from left to right: each begins behind the one before, and an empty one not where that one ended.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">What it may cost together with others; null for a limit of its own.</param>
    /// <exception cref="TokenizerStepException">It takes too long.</exception>
    public IEnumerable<(int Start, int End)> Find(string text, WorkLimit? limit = null)
    {
        if (text.Length == 0)
        {
            yield break;
        }

        var machine = new PatternMachine(_program, _registers, text);
        var lastEnd = -1;
        for (var start = 0; start <= text.Length;)
        {
            var steps = machine.Steps;
            var end = machine.Match(start);
            limit?.Spend(machine.Steps - steps);
            if (end >= 0 && (end > start || start != lastEnd))
            {
                yield return (start, end);
                (start, lastEnd) = (end, end);
            }
            else
            {
                start += Rune.TryGetRuneAt(text, Math.Min(start, text.Length - 1), out var rune) ? rune.Utf16SequenceLength : 1;
            }
        }
    }
}
