using GGUFPacker.Estimation;
using GGUFPacker.Estimation.Engines;

namespace GGUFPacker.Cli.Verifying;

/// <summary>Whether CMD drafts with the draft model that it names, and as that is made for.</summary>
internal static class DraftTypeCheck
{
    /// <summary>Checks a draft model.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="drafter">The file.</param>
    /// <param name="types">What CMD gives as <c>--spec-type</c>; null for nothing.</param>
    public static IEnumerable<Finding> Check(string name, GgufParts drafter, string? types)
    {
        if (drafter.IsAdapter || drafter.IsControlVector || drafter.IsProjector)
        {
            yield break;
        }

        var header = new ModelHeader(drafter.Metadata, [.. drafter.Tensors]);
        var type = DraftTypes.Of(header);
        var given = types?.Split(',').Where(part => part != "none").ToArray() ?? [];
        if (given.Length == 0 && DraftTypes.Infer(header) is null)
        {
            yield return VerifyRules.DraftTypeMismatch.Of(
                name, $"llama-server loads the draft model {name}, but does not draft with it: CMD has no --spec-type {type}.");
        }
        else if (given.Length > 0 && !given.Contains(type, StringComparer.Ordinal))
        {
            yield return VerifyRules.DraftTypeMismatch.Of(name, $"{name} is a draft model for --spec-type {type}; CMD has --spec-type {types}.");
        }
    }
}
