using System.Globalization;
using GGUFPacker.Gguf.Quantization.Importance;
using GGUFPacker.Gguf.Quantization.Model;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Tests.Quantization.Model;

/// <summary>The lines that llama-quantize prints about sizes and types, made from a plan, to compare the plan with the recorded ones.</summary>
internal static class QuantizeLog
{
    private const string Program = "llama_model_quantize_impl";

    /// <summary>Whether a recorded line is one of <see cref="Summary"/>.</summary>
    public static bool IsSummary(string line) => line.StartsWith($"{Program}: model size", StringComparison.Ordinal)
        || line.StartsWith($"{Program}: quant size", StringComparison.Ordinal) || line.StartsWith($"{Program}: WARNING", StringComparison.Ordinal);

    /// <summary>The last lines of a run.</summary>
    public static IEnumerable<string> Summary(QuantizationPlan plan, QuantizeCommandLine commandLine)
    {
        yield return Text($"{Program}: model size  = {Mebi(plan.SourceBytes),8:F2} MiB ({plan.SourceBytes * 8.0 / plan.ElementCount:F2} BPW)");
        yield return Text($"{Program}: quant size  = {Mebi(plan.TargetBytes),8:F2} MiB ({plan.TargetBytes * 8.0 / plan.ElementCount:F2} BPW)");
        if (commandLine.IsDryRun && plan.ImatrixRequiredBy is not null)
        {
            yield return $"{Program}: WARNING: dry run completed successfully, but actually completing this quantization will require an imatrix!";
        }

        if (plan.FallbackCount > 0)
        {
            yield return $"{Program}: WARNING: {plan.FallbackCount} of {plan.Tensors.Length} tensor(s) required fallback quantization";
        }
    }

    /// <summary>Whether a recorded line is one of <see cref="Imatrix"/>.</summary>
    public static bool IsImatrix(string line) => line.StartsWith("load_imatrix:", StringComparison.Ordinal) || line.StartsWith("prepare_imatrix:", StringComparison.Ordinal);

    /// <summary>What is said about an importance matrix.</summary>
    public static IEnumerable<string> Imatrix(ImportanceMatrix? importance, string? path)
    {
        if (importance is null)
        {
            yield break;
        }

        if (!importance.Datasets.IsEmpty)
        {
            yield return $"load_imatrix: imatrix datasets=[{string.Join(", ", importance.Datasets.Select(dataset => $"'{dataset}'"))}]";
        }

        yield return $"load_imatrix: loaded {importance.TotalEntryCount} importance matrix entries from {path} computed on {importance.ChunkCount} chunks";
        if (!importance.Entries.IsEmpty)
        {
            yield return $"prepare_imatrix: have {importance.Entries.Count} importance matrix entries";
        }
    }

    /// <summary>Whether a recorded line is one of <see cref="ImportanceNotes"/>.</summary>
    public static bool IsImportanceNote(string line) => line.StartsWith($"====== {Program}: did not find weights", StringComparison.Ordinal);

    /// <summary>The tensors that an importance matrix says nothing about.</summary>
    public static IEnumerable<string> ImportanceNotes(QuantizationPlan plan) => plan.Tensors
        .Where(tensor => tensor.ImportanceMatch == ImportanceMatch.Missing)
        .Select(tensor => $"====== {Program}: did not find weights for {tensor.Target.Name}");

    /// <summary>A line for each tensor of a dry run.</summary>
    public static IEnumerable<string> Tensors(QuantizationPlan plan) => plan.Tensors.Select((tensor, index) =>
    {
        var shape = string.Join(", ", Enumerable.Range(0, 4).Select(i => Text($"{(i < tensor.Source.Shape.Length ? tensor.Source.Shape[i] : 1),6}")));
        var size = tensor.IsQuantized
            ? Text($"{Mebi(tensor.Source.ByteLength),8:F2} MiB -> {Mebi(tensor.Target.ByteLength),8:F2} MiB ({tensor.Target.Type.GgmlName})")
            : Text($"{Mebi(tensor.Source.ByteLength),8:F3} MiB");
        return Text($"[{index + 1,4}/{plan.Tensors.Length,4}] {tensor.Target.Name,-36} - [{shape}], type = {tensor.Source.Type.GgmlName,6}, size = {size}");
    });

    private static double Mebi(long bytes) => bytes / 1024.0 / 1024.0;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
