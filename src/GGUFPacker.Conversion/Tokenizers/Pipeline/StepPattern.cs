using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.Patterns;

namespace GGUFPacker.Conversion.Tokenizers.Pipeline;

/// <summary>Reads the pattern of a step: {"String": …} or {"Regex": …}.</summary>
internal static class StepPattern
{
    /// <summary>The pattern, ready to use.</summary>
    /// <exception cref="TokenizerStepException">There is none, or it is not supported.</exception>
    public static TextPattern Read(TokenizerStep step)
    {
        var pattern = step.Fields.Property("pattern");
        if (pattern?.Text("String") is { } text)
        {
            return TextPattern.OfText(text);
        }

        return pattern?.Text("Regex") is { } expression
            ? TextPattern.OfExpression(expression)
            : throw new TokenizerStepException($"A step of the type '{step.Type}' has no pattern.");
    }
}
