using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Gguf.Format;
using static GGUFPacker.Conversion.Architectures.TensorKinds;

namespace GGUFPacker.Conversion.Architectures;

/// <summary>
/// Looks for known families that an unknown architecture could be a copy of: all its tensors have names and shapes of the family's, and its configuration has
/// the family's keys. That is a hint for the user and never taken as an answer: equal tensors may be computed with differently.
/// </summary>
internal static class FamiliarArchitectures
{
    /// <summary>The kinds of tensors of a plain model. A family that has them for other models of its kind is not further away because of them.</summary>
    private static readonly HashSet<TensorKind> Common =
    [
        TokenEmbd, Output, OutputNorm, AttnNorm, AttnQkv, AttnQ, AttnK, AttnV, AttnOutput, AttnRotEmbd, FfnNorm, FfnGateInp, FfnUp, FfnUpExps, FfnGate,
        FfnGateExps, FfnDown, FfnDownExps, RopeFreqs,
    ];

    /// <summary>
    /// The families, best first: those with fewer special kinds of tensors that the checkpoint does not have; among equals those that are often copied.
    /// </summary>
    /// <param name="context">The checkpoint; its name is the unknown one.</param>
    /// <param name="weights">The tensors by their names in the checkpoint.</param>
    public static IReadOnlyList<ArchitectureFamily> Find(ArchitectureContext context, IReadOnlyList<NamedTensor> weights) => weights.Count == 0
        ? []
        : [
            .. SupportedArchitectures.Families
                .Select(family => (Family: family, Unused: CountUnused(family, context, weights)))
                .Where(entry => entry.Unused is not null)
                .OrderBy(entry => entry.Unused)
                .ThenBy(entry => entry.Family.IsOftenCopied ? 0 : 1)
                .Select(entry => entry.Family),
        ];

    /// <summary>How many special kinds of the family's tensors the checkpoint lacks; null if it is none of the family's.</summary>
    private static int? CountUnused(ArchitectureFamily family, ArchitectureContext context, IReadOnlyList<NamedTensor> weights)
    {
        try
        {
            var architecture = family.Create(context with { HuggingFaceName = family.Names[0], RootName = family.Names[0] });
            var tensors = weights
                .Select(tensor => (Name: architecture.Select(tensor.Name), tensor.Source))
                .Where(tensor => tensor.Name is not null)
                .ToDictionary(tensor => tensor.Name!, tensor => tensor.Source, StringComparer.Ordinal);

            // A family that drops tensors knows less than it seems.
            if (tensors.Count < weights.Count)
            {
                return null;
            }

            architecture.Prepare(tensors.Keys);
            var converted = tensors
                .SelectMany(tensor => architecture.Convert(new NamedTensor(tensor.Key, tensor.Value), TensorNameMap.FirstNumber(tensor.Key)))
                .Select(tensor => tensor.Name)
                .ToList();
            architecture.Complete();
            architecture.WriteParameters(new ParameterWriter(new GgufMetadata.Builder(), architecture.Definition.Name, fileType: 0));
            var known = new TensorNameMap(architecture.Definition.Kinds, long.MaxValue);
            var used = converted.Select(name => known.Find(name)?.Kind).OfType<TensorKind>().ToHashSet();
            return architecture.Definition.Kinds.Count(kind => !Common.Contains(kind) && !used.Contains(kind));
        }
        catch (CheckpointException)
        {
            return null;
        }
    }
}
