using GGUFPacker.Packerfile.Instructions;

namespace GGUFPacker.Packerfile.Linting.Rules;

/// <summary>AlreadyQuantized and MissingImportanceMatrix.</summary>
internal static class QuantizeRules
{
    public static void Check(StageFacts stage, QuantizeInstruction quantize)
    {
        if (stage.FindSource(quantize.From, quantize.Source) is { IsQuantized: true })
        {
            stage.Report(
                LintRules.AlreadyQuantized,
                quantize.Span,
                $"'{quantize.Source}' is quantized already: quantizing it again loses more than quantizing the full weights, so read those");
        }

        if (string.IsNullOrEmpty(quantize.Imatrix) && stage.Options.WantsImportanceMatrix(quantize.Type))
        {
            stage.Report(
                LintRules.MissingImportanceMatrix,
                quantize.Span,
                $"{quantize.Type} without an importance matrix gives a poor model: give --imatrix");
        }
    }
}
