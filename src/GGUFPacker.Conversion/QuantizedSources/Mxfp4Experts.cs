using GGUFPacker.Conversion.Architectures;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tensors;

namespace GGUFPacker.Conversion.QuantizedSources;

/// <summary>
/// Takes the experts of GPT-OSS out of a checkpoint: stacked MXFP4 blocks, gates and ways up interleaved row by row. They come before all other tensors.
/// </summary>
internal static class Mxfp4Experts
{
    private const string DownScales = "mlp.experts.down_proj_scales";
    private const string GateUpScales = "mlp.experts.gate_up_proj_scales";

    /// <summary>Takes the experts.</summary>
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
}
