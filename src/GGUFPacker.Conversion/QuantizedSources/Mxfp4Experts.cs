using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>Takes experts in MXFP4 out of a checkpoint: GPT-OSS's stacks with gates and ways up row by row in turns, or matrices one by one.</summary>
internal static class Mxfp4Experts
{
    private const int CodeBytes = 16;
    private const string DownScales = "mlp.experts.down_proj_scales";
    private const string GateUpScales = "mlp.experts.gate_up_proj_scales";

    /// <summary>Takes the experts of GPT-OSS.</summary>
    /// <param name="weights">All tensors; those that are taken are gone then.</param>
    /// <param name="mapName">The GGUF name of a checkpoint's name.</param>
    /// <returns>The tensors with their GGUF names.</returns>
    /// <exception cref="CheckpointException">Tensors do not fit together.</exception>
    public static IReadOnlyList<NamedTensor> Take(WeightSet weights, Func<string, string> mapName)
    {
        var result = new List<NamedTensor>();
        foreach (var name in weights.Tensors.Keys.ToList())
        {
            if (name.Contains(DownScales, StringComparison.Ordinal))
            {
                Add(name, name.Replace("_scales", ".weight", StringComparison.Ordinal), 1, 0);
            }
            else if (name.Contains(GateUpScales, StringComparison.Ordinal))
            {
                Add(name, name.Replace("gate_up_proj_scales", "gate_proj.weight", StringComparison.Ordinal), 2, 0);
                Add(name, name.Replace("gate_up_proj_scales", "up_proj.weight", StringComparison.Ordinal), 2, 1);
            }
        }

        weights.Complete();
        return result;

        void Add(string scalesName, string name, int rowStep, int firstRow)
        {
            var (scales, codes) = (weights.Take(scalesName), weights.Take(scalesName.Replace("_scales", "_blocks", StringComparison.Ordinal)));
            try
            {
                result.Add(new NamedTensor(mapName(name), Mxfp4Tensor.Of(codes, scales, rowStep, firstRow)));
            }
            catch (ArgumentException exception)
            {
                throw new CheckpointException($"Cannot convert the tensor '{scalesName}': {exception.Message}", exception);
            }
        }
    }

    /// <summary>Stacks the experts of a layer that come one by one: codes two by two in bytes, and for each 32 of them a power of two.</summary>
    /// <param name="weights">All tensors; those that are taken are gone then.</param>
    /// <param name="ggufName">The stack's name.</param>
    /// <param name="stem">The name of an expert's matrix without its end, with <c>{xid}</c> for the expert.</param>
    /// <param name="codesEnd">The end of the codes' name.</param>
    /// <param name="scalesEnd">The end of the scales' name.</param>
    /// <param name="experts">The number of experts.</param>
    /// <exception cref="CheckpointException">A tensor is missing, or they do not fit together.</exception>
    public static NamedTensor Stack(WeightSet weights, string ggufName, string stem, string codesEnd, string scalesEnd, long experts)
    {
        const int MaximumExperts = 1 << 16;
        if (experts is <= 0 or > MaximumExperts)
        {
            throw new CheckpointException($"Cannot convert: {experts} experts are not possible (config.json).");
        }

        try
        {
            var (codes, scales) = (Parts(codesEnd), Parts(scalesEnd));
            return new NamedTensor(ggufName, Mxfp4Tensor.Of(
                codes.Shape is [_, _, var bytes] && bytes % CodeBytes == 0
                    ? codes.Reshaped(codes.Shape[0], codes.Shape[1], bytes / CodeBytes, CodeBytes)
                    : codes,
                scales));
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"Cannot convert the experts '{stem}{codesEnd}': {exception.Message}", exception);
        }

        TensorSource Parts(string end) => Concatenation.Stack(
        [
            .. Enumerable.Range(0, (int)experts)
                .Select(expert => weights.Take(stem.Replace("{xid}", $"{expert}", StringComparison.Ordinal) + end).AsType(ElementType.U8)),
        ]);
    }
}
