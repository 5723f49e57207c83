using System.Collections.Immutable;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Gguf.Quantization.Model;

/// <summary>Says in sentences what in a plan is not as a user may expect.</summary>
internal static class QuantizationNotes
{
    private const int MaxNames = 5;

    /// <summary>The sentences.</summary>
    public static ImmutableArray<string> Of(QuantizationPlan plan)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (plan.FallbackCount > 0)
        {
            notes.Add($"{plan.FallbackCount} of {plan.Tensors.Length} tensors have rows that do not fit the type wanted; they got another.");
        }

        if (plan.ImatrixRequiredBy is { } needy)
        {
            notes.Add($"This quantization requires an importance matrix with weights for '{needy.Source.Name}', which becomes {needy.Target.Type.GgmlName}.");
        }

        AddNames("The importance matrix has no weights for", ImportanceMatch.Missing);
        AddNames("The importance matrix has another number of weights than needed, and is not used, for", ImportanceMatch.WrongSize);
        return notes.ToImmutable();

        void AddNames(string beginning, ImportanceMatch match)
        {
            var names = plan.Tensors.Where(tensor => tensor.ImportanceMatch == match).Select(tensor => tensor.Source.Name).ToArray();
            if (names.Length > 0)
            {
                var more = names.Length > MaxNames ? $" and {names.Length - MaxNames} more" : "";
                notes.Add($"{beginning} {string.Join(", ", names.Take(MaxNames))}{more}.");
            }
        }
    }
}
