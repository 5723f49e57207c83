using System.Globalization;
using System.Text.RegularExpressions;
using GGUFPacker.Gguf.Quantization.Policy;
using GGUFPacker.Gguf.Tensors;

namespace GGUFPacker.Cli.Verifying;

/// <summary>What a model's header says of the whole: architecture, blocks, file type.</summary>
internal static partial class ModelCheck
{
    // Its blocks may be empty: attention and feed-forward are both left out where pruning found them useless.
    private const string ArchitectureWithEmptyBlocks = "deci";

    [GeneratedRegex(@"(?:^|\.)blk\.([0-9]{1,6})\.", RegexOptions.CultureInvariant)]
    private static partial Regex BlockNumber { get; }

    /// <summary>Checks a model.</summary>
    public static IEnumerable<Finding> Check(string file, GgufParts model)
    {
        var tensors = model.Tensors.ToList();
        if (tensors.Count == 0)
        {
            yield return VerifyRules.NoTensors.Of(file, "The file has no tensors.");
        }

        if (model.Architecture.Length == 0)
        {
            yield return VerifyRules.NoArchitecture.Of(file, "The header has no general.architecture.");
        }
        else if (!LlamaNames.Architectures.Contains(model.Architecture) && !model.IsControlVector)
        {
            yield return VerifyRules.UnknownArchitecture.Of(
                file, $"llama.cpp {LlamaServerFlags.Version} does not know the architecture '{model.Architecture}'.");
        }

        if (!model.IsAdapter && !model.IsControlVector && !model.IsProjector)
        {
            foreach (var finding in CheckBlocks(file, model, tensors))
            {
                yield return finding;
            }
        }

        if (CheckFileType(file, model.Metadata.GetInteger("general.file_type"), tensors) is { } mismatch)
        {
            yield return mismatch;
        }
    }

    private static IEnumerable<Finding> CheckBlocks(string file, GgufParts model, List<TensorInfo> tensors)
    {
        var there = tensors.Select(tensor => BlockNumber.Match(tensor.Name)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).ToHashSet();
        if (there.Count == 0
            || model.Architecture == ArchitectureWithEmptyBlocks
            || model.Metadata.GetInteger($"{model.Architecture}.block_count") is not { } count)
        {
            yield break;
        }

        // A header may claim any number: what is looked for ends with what there is.
        var missing = Enumerable.Range(0, (int)Math.Min(count, there.Max() + 1L)).Where(block => !there.Contains(block)).ToList();
        if (missing.Count > 0 || count > there.Max() + 1)
        {
            var which = missing.Count > 0 ? missing[0] : there.Max() + 1;
            yield return VerifyRules.MissingBlocks.Of(
                file, $"The header names {count} blocks, but the block {which} has no tensors.");
        }
    }

    // The type that the mixture uses where it has no rule of its own, or the one that takes its place where rows are no whole number of blocks, must be there.
    private static Finding? CheckFileType(string file, long? declared, List<TensorInfo> tensors)
    {
        var type = (GgufFileType)((declared ?? -1) & ~(long)GgufFileTypes.Guessed);
        if (declared is null || !Enum.IsDefined(type) || type.DefaultTensorType is not { } usual || tensors.Count == 0)
        {
            return null;
        }

        var weights = tensors.Where(tensor => tensor.Shape.Length > 1).ToList();
        var isThere = usual == TensorType.F32
            ? weights.All(tensor => tensor.Type == TensorType.F32)
            : weights.Count == 0 || weights.Any(tensor => tensor.Type == usual || tensor.Type == Replacement(usual));
        var mostly = weights.GroupBy(tensor => tensor.Type).MaxBy(group => group.Sum(tensor => tensor.ElementCount));
        return isThere ? null : VerifyRules.FileTypeMismatch.Of(
            file,
            $"general.file_type says {type}, but the weights are {string.Join(", ", weights.Select(tensor => tensor.Type).Distinct().Order())}, mostly {mostly!.Key}.");
    }

    private static TensorType Replacement(TensorType type) => type switch
    {
        TensorType.Q4_K => TensorType.Q5_0,
        TensorType.Q5_K => TensorType.Q5_1,
        TensorType.Q6_K => TensorType.Q8_0,
        TensorType.Q2_K or TensorType.Q3_K or TensorType.Q2_0 or TensorType.TQ1_0 or TensorType.TQ2_0 => TensorType.Q4_0,
        TensorType.IQ1_S or TensorType.IQ1_M or TensorType.IQ2_XXS or TensorType.IQ2_XS or TensorType.IQ2_S
            or TensorType.IQ3_XXS or TensorType.IQ3_S or TensorType.IQ4_XS => TensorType.IQ4_NL,
        _ => type,
    };
}
